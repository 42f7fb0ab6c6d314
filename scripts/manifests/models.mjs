#!/usr/bin/env node
// usage: scripts/manifests/models.mjs NODE_MODULES <DOCUMENTS
//
// DOCUMENTS is a JSON array of Kubernetes objects. Prints for each whether there is a model of its kind, and what
// the model complains of.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const from = createRequire(resolve(process.argv[2], "none.js"));
const packages = { "istio.io": "istio", "gateway.networking.k8s.io": "gateway-api" };

// Where the models do not have a version, one they have with the same fields.
const sameAs = {
  "networking.istio.io/v1": "networking.istio.io/v1beta1",
  "security.istio.io/v1": "security.istio.io/v1beta1",
};

const verdicts = JSON.parse(readFileSync(0, "utf8")).map((document) => {
  const asked = equivalent(document);
  for (const apiVersion of [asked.apiVersion, sameAs[asked.apiVersion]]) {
    const Model = apiVersion && modelOf({ ...asked, apiVersion });
    if (Model) return { known: true, complaint: complaint(new Model({ ...asked, apiVersion })) };
  }
  return { known: false, complaint: null };
});
console.log(JSON.stringify(verdicts));

// There is no model of TrafficExtension. All of its fields but `lua` are WasmPlugin's, one level higher.
function equivalent(document) {
  if (document.kind !== "TrafficExtension") return document;
  const { wasm, ...spec } = document.spec;
  return { ...document, kind: "WasmPlugin", spec: { ...spec, ...wasm } };
}

function modelOf({ apiVersion, kind }) {
  const group = apiVersion.split("/")[0];
  const owner = Object.keys(packages).find((suffix) => group.endsWith(suffix));
  if (!owner) return undefined;
  try {
    return from(`@kubernetes-models/${packages[owner]}/${apiVersion}/${kind}`)[kind];
  } catch (error) {
    if (["MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes(error.code)) return undefined;
    throw error;
  }
}

function complaint(model) {
  try {
    model.validate();
    return null;
  } catch (error) {
    return String(error);
  }
}
