{{/* What every object carries. */}}
{{- define "watchword.labels" -}}
app.kubernetes.io/name: watchword
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The head of an object. Arguments: root, name, namespace. */}}
{{- define "watchword.metadata" -}}
metadata:
  name: {{ .name }}
  namespace: {{ .namespace | default .root.Release.Namespace }}
  labels:
    {{- include "watchword.labels" .root | nindent 4 }}
{{- end }}

{{/* The name of an extension's object, with which the release begins unless it is already part of it. */}}
{{- define "watchword.name" -}}
{{- if hasPrefix .root.Release.Name .name }}{{ .name }}{{ else }}{{ printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Which proxies, and which of their traffic: what TrafficExtension and WasmPlugin have in common. */}}
{{- define "watchword.where" -}}
{{- with .selector }}
selector:
  matchLabels:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- with .targetRefs }}
targetRefs:
  {{- toYaml . | nindent 2 }}
{{- end }}
phase: {{ .phase | default "AUTHN" }}
{{- if hasKey . "priority" }}
priority: {{ .priority | int64 }}
{{- end }}
{{- if eq .role "inbound" }}
match: [{ mode: SERVER }]
{{- else if eq .role "outbound" }}
match: [{ mode: CLIENT }]
{{- end }}
{{- end }}

{{/* The module and its configuration. After a trap the next request gets a fresh VM: FAIL_OPEN would let every
     request pass from then on, and FAIL_CLOSE none, so neither can be chosen. */}}
{{- define "watchword.wasm" -}}
url: oci://{{ .root.Values.image.url }}
sha256: {{ .root.Values.image.digest | quote }}
imagePullPolicy: IfNotPresent
{{- with .root.Values.image.pullSecret }}
imagePullSecret: {{ . }}
{{- end }}
pluginName: watchword.{{ .name }}
failStrategy: FAIL_RELOAD
{{- with .extension.environment }}
vmConfig:
  env:
    {{- range . }}
    - { name: {{ . }}, valueFrom: HOST }
    {{- end }}
{{- end }}
pluginConfig:
  {{- toYaml .extension.config | nindent 2 }}
{{- end }}
