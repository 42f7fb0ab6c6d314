//! Writes the seeds of every target, the same bytes each time:
//! `cargo run -p properties --example seeds`
//!
//! A seed shows the fuzzer one form of input that is worth changing; the name says which.

use std::path::Path;
use std::{fs, io};

use bundle::{BUNDLE_TYP, BundleName, Content, Document, Link, Meta, Text, seal};
use contract::UnixTime;
use properties::world::{
    AUDIENCE, EDGE, EDGE_ISSUER, GATEWAY, ISSUER, Issuer, TRUST_DOMAIN, configuration, rejected_keys,
    sidecar_configuration,
};
use serde_json::{Value, json};

const NOW: u64 = 2_000_000_000;

type Seed = (&'static str, Vec<u8>);

fn main() -> io::Result<()> {
    let issuer = Issuer::new();
    for (target, seeds) in [
        ("bundle", bundles(&issuer)),
        ("engine", engines()),
        ("token", tokens(&issuer)),
        ("key_set", key_sets(&issuer)),
        ("claims", claims()),
        ("path", paths()),
        ("xfcc", client_certificates()),
        ("spiffe_id", spiffe_ids()),
        ("request", requests()),
        ("sidecar", sidecar_requests()),
        ("memory", scripts()),
        ("issuer", metadata(&issuer)),
        ("configuration", configurations()),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}

fn bundles(issuer: &Issuer) -> Vec<Seed> {
    let text = |name: &str, text: &str| Text { name: name.to_owned(), text: text.to_owned() };
    let least = Content {
        schema: text("shop.cedarschema", ""),
        policies: Vec::new(),
        links: Vec::new(),
        entities: Vec::new(),
    };
    let link = Link {
        template: "t".to_owned(),
        id: "zoe".to_owned(),
        principal: Some("User::\"zoe\"".to_owned()),
        resource: None,
    };
    let whole = Content {
        policies: vec![
            text("a/b.cedar", "permit (principal, action, resource);\n"),
            text("c", "\u{0}\u{2028}"),
        ],
        links: vec![link],
        entities: vec![json!({"uid": {"type": "User", "id": "zoe"}, "attrs": {"n": [1, -2.5, null]}})],
        ..least.clone()
    };
    let seal = |content: &Content, name: &str, begin: u64| {
        let meta = Meta {
            name: BundleName::parse(name).expect("a name"),
            version: 7,
            issued_at: UnixTime::from_seconds(begin),
            not_after: UnixTime::from_seconds(begin + 86_400),
        };
        seal(content, &meta, &issuer.signing_key()).expect("a good bundle")
    };
    let signed = seal(&whole, "shop", NOW - 10);
    let parts = Document::parse(signed.as_bytes()).expect("well-formed");
    let (manifest, content) = (parts.manifest(), parts.content());
    let compact = |manifest: &str, content: &str| {
        format!(r#"{{"content":{content},"manifest":"{manifest}"}}"#).into_bytes()
    };
    let another = issuer.token("at+jwt", access_token().to_string().as_bytes());
    let unknown = issuer.token(BUNDLE_TYP, br#"{"name":"shop","version":7,"exp":1}"#);
    vec![
        ("signed_least", seal(&least, "shop", NOW - 10).into_bytes()),
        ("other_order", compact(manifest, content)),
        ("other_name", seal(&whole, "orders", NOW - 10).into_bytes()),
        ("expired", seal(&least, "shop", 1_000_000_000).into_bytes()),
        ("from_the_future", seal(&least, "shop", NOW + 600).into_bytes()),
        ("changed", signed.replace("permit", "forbid").into_bytes()),
        ("another_token", compact(&another, content)),
        ("unknown_claim", compact(&unknown, content)),
        ("twice", compact(manifest, r#"{},"content":{}"#)),
        ("signed", signed.into_bytes()),
    ]
}

/// A lease that was never taken, or one with so much left, and then an answer.
fn engines() -> Vec<Seed> {
    let number = |field: u8, value: u64| [vec![field << 3], varint(value)].concat();
    let bytes = |field: u8, bytes: &[u8]| [&[field << 3 | 2], &*varint(bytes.len() as u64), bytes].concat();
    let status = |remaining: u64, seconds: u64, nanos: u64| {
        let limit = [number(1, 100), number(2, 2)].concat();
        let reset = [number(1, seconds), number(2, nanos)].concat();
        bytes(2, &[number(1, 1), bytes(2, &limit), number(3, remaining), bytes(4, &reset)].concat())
    };
    let header = |name: &str, value: &str| {
        bytes(3, &[bytes(1, name.as_bytes()), bytes(2, value.as_bytes())].concat())
    };
    let (ok, over) = (|| number(1, 1), || number(1, 2));
    let draft = [
        header("X-RateLimit-Limit", "100, 100;w=60"),
        header("x-ratelimit-remaining", "40"),
        header("x-ratelimit-reset", "30"),
    ];
    let (none, some) = (lease(0, 0), lease(30_000, 20));
    let spent = || lease(30_000, 1);
    let with = |lease: &[u8], answer: &[Vec<u8>]| [lease, &answer.concat()].concat();
    vec![
        ("ok", with(&none, &[ok()])),
        ("over", with(&none, &[over()])),
        ("unknown", with(&none, &[number(1, 0)])),
        ("statuses", with(&spent(), &[ok(), status(40, 30, 0), status(7, 3_600, 0)])),
        ("exact", with(&none, &[ok(), status(40, 30, 250_000_000)])),
        ("more_than_there_is", with(&spent(), &[over(), status(0, 30, 0)])),
        ("leased", with(&some, &[ok(), status(40, 30, 0)])),
        ("ended", with(&lease(0, 20), &[over(), status(0, 30, 0)])),
        ("draft", with(&spent(), &[&[ok()], &draft[..]].concat())),
        ("listed", with(&none, &[ok(), header("X-Quota-Hint", "slow"), header("set-cookie", "a=b")])),
        ("split", with(&none, &[over(), header("x-quota-hint", "a\r\nb: c")])),
        ("group", with(&none, &[vec![0x4b], number(1, 1), vec![0x4c], over()])),
    ]
}

/// A lease that ends so many milliseconds after the time of the target, of whose 20 so many are left.
fn lease(millis: u64, left: u32) -> Vec<u8> {
    let until = NOW * 1_000_000_000 + millis * 1_000_000;
    let times = [until, until, 0, 0].map(u64::to_le_bytes);
    let amounts = [left, 20, 80].map(u32::to_le_bytes);
    [times.as_flattened(), amounts.as_flattened()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn tokens(issuer: &Issuer) -> Vec<Seed> {
    let claims = access_token().to_string();
    let signed = issuer.token("at+jwt", claims.as_bytes());
    let with = |header: &str| issuer.sign(header, claims.as_bytes()).into_bytes();
    vec![
        ("signed", signed.into_bytes()),
        ("signed_without_key_id", with(r#"{"alg":"Ed25519"}"#)),
        ("unsigned_es256", with(r#"{"alg":"ES256"}"#)),
        ("unsigned_rs256", with(r#"{"alg":"RS256"}"#)),
        ("with_keys_of_its_own", with(r#"{"alg":"ES256","kid":"p256","jku":"https://a.test","jwk":{}}"#)),
        ("critical", with(r#"{"alg":"EdDSA","crit":["exp"]}"#)),
        ("none", b"eyJhbGciOiJub25lIn0.e30.".to_vec()),
    ]
}

fn key_sets(issuer: &Issuer) -> Vec<Seed> {
    let [p256, rsa] = rejected_keys();
    let set = |keys: Value| json!({"keys": keys}).to_string().into_bytes();
    let encryption =
        json!({"kty": "RSA", "n": rsa["n"], "e": "AQAB", "use": "enc", "key_ops": ["encrypt"]});
    let chained = json!({"kty": "EC", "crv": "P-256", "x": p256["x"], "y": p256["y"], "x5c": ["AA"],
        "alg": "ES256", "use": "sig", "key_ops": ["verify"]});
    vec![
        ("three_algorithms", set(json!([issuer.jwk(), p256, rsa]))),
        ("left_out", set(json!([issuer.jwk(), encryption, {"kty": "AKP"}, 7]))),
        ("symmetric", set(json!([issuer.jwk(), {"kty": "oct", "k": "AAAA"}]))),
        ("twice", set(json!([chained, chained]))),
        ("conflicting", set(json!([rsa, {"kty": "RSA", "n": rsa["n"], "e": "Aw", "kid": "rsa"}]))),
        ("empty", set(json!([]))),
    ]
}

fn access_token() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "app", "jti": "1",
        "iat": NOW - 10, "exp": NOW + 300, "scope": "read write",
    })
}

fn claims() -> Vec<Seed> {
    let line = |typ: &str, claims: &Value| format!("{typ} {NOW}\n{claims}").into_bytes();
    let with = |name: &str, value: Value| {
        let mut claims = access_token();
        claims[name] = value;
        claims
    };
    vec![
        ("access_token", line("at+jwt", &access_token())),
        ("generic", line("application/jwt", &access_token())),
        ("several_audiences", line("at+jwt", &with("aud", json!(["other", AUDIENCE])))),
        ("not_before", line("at+jwt", &with("nbf", json!(NOW + 60)))),
        ("broken_seconds", line("at+jwt", &with("exp", json!(2_000_000_000.5)))),
        ("expired_within_leeway", line("at+jwt", &with("exp", json!(NOW - 59)))),
        ("bound", line("at+jwt", &with("cnf", json!({"jkt": "a"})))),
        ("nested", line("at+jwt", &with("realm", json!({"roles": ["a", [{"b": null}]]})))),
    ]
}

fn paths() -> Vec<Seed> {
    let head = |path: &str| format!(":method=GET\n:path={path}\n:authority=shop.test").into_bytes();
    vec![
        ("plain", head("/orders/42?expand=a%2Fb")),
        ("escaped", head("/%6frders/zo%c3%ab/")),
        ("reserved", head("/a:b@c/(d)/*+,=!$&'~")),
        ("dots", head("/a/%2e%2E/b")),
        ("ambiguous", head("/a%2fb%5c%00")),
        ("duplicated", b":path=/a\n:path=/b\nX-Role=\xff".to_vec()),
    ]
}

fn client_certificates() -> Vec<Seed> {
    let hash = "468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688";
    let hop = format!(
        "By=spiffe://shop.test/gateway;Hash={hash};Cert=\"-----BEGIN%20CERTIFICATE-----%0A\";\
         Subject=\"CN=a\\,b,O=\\\"Shop\\\"\";URI=spiffe://shop.test/orders;DNS=a.test;DNS=b.test"
    );
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("one_hop", text(&hop)),
        ("two_hops", text(&format!("{hop},By=spiffe://shop.test/edge;Hash={hash};URI="))),
        ("two_fields", text(&format!("{hop}\nBy=a;uri=b, By=c;URI=d"))),
        ("comma_in_quotes", text(r#"URI="spiffe://a/b,URI=spiffe://a/c""#)),
        ("backslash_at_the_end", text(r#"Subject="CN=a\\",URI="\"""#)),
        ("key_in_other_case", text(r#"URI=a;By=b;uri="c";x-y_1=z=z"#)),
        ("unterminated", text(r#"By=a;URI="b\""#)),
    ]
}

fn spiffe_ids() -> Vec<Seed> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("trust_domain", text("spiffe://shop.test")),
        ("workload", text("spiffe://shop.test/ns/shop/sa/Orders_1.a-b")),
        ("dot_segment", text("spiffe://shop.test/a/../b")),
        ("port", text("spiffe://shop.test:8080/a")),
        ("longest_trust_domain", text(&format!("spiffe://{}/a", "a".repeat(255)))),
        ("longest", text(&format!("spiffe://shop.test/{}", "a".repeat(2048 - 19)))),
    ]
}

/// Lines that are taken for a request.
fn requests() -> Vec<Seed> {
    let user = |roles: &str| {
        let mut claims = access_token();
        claims["level"] = json!(2);
        claims["roles"] = json!([roles]);
        format!("@token={claims}\n")
    };
    let get = |path: &str| format!(":method=GET\n:authority=shop.test\n:path={path}\n");
    let post = ":method=POST\n:path=/orders\ncontent-type=application/json; charset=utf-8\ncontent-length=2\nx-forwarded-for=192.0.2.1, 2001:db8::1\nx-device=a\n";
    let spoofed = "X_Watchword-Subject=root\ntxn_token=eyJ\nx-forwarded-client-cert=By=a\n";
    let grpc = "content-type=APPLICATION/GRPC+proto;v=1\nte=trailers\n";
    let texts = [
        ("open", get("/healthz")),
        ("reader", get("/orders/17") + &user("reader") + spoofed),
        ("buyer", format!("{post}{}", user("buyer"))),
        ("suspended", get("/orders/17?a=b") + &user("suspended")),
        ("partner", get("/exports") + "@key=\n"),
        ("nobody", get("/orders/17") + spoofed + grpc),
        ("two_credentials", get("/exports") + "@key=\n" + &user("reader")),
        ("expired", get("/orders/17") + "@now=2100000000\n" + &user("reader")),
        ("twice", get("/orders/17") + ":path=/healthz\n" + &user("reader")),
        (
            "in_a_cookie",
            get("/orders/17") + &user("reader").replace("@token", "@cookie") + "cookie=lang=de;a=%73\n",
        ),
        ("in_the_query", get("/orders/17?a=b") + &user("reader").replace("@token", "@query")),
        ("in_two_places", get("/orders/17") + &user("reader") + "cookie=%73ession=x\n"),
    ];
    texts.map(|(name, text)| (name, text.into_bytes())).into()
}

/// The same at a sidecar.
fn sidecar_requests() -> Vec<Seed> {
    let claims = json!({
        "iss": EDGE_ISSUER, "aud": TRUST_DOMAIN, "sub": "alice", "scope": "read", "req_wl": EDGE, "txn": "1",
        "tctx": {"tenant": "t1", "iss": ISSUER}, "rctx": {"req_ip": "192.0.2.1"}, "iat": NOW - 10, "exp": NOW + 50,
    });
    let token = |claims: &Value| format!("@txn={claims}\n");
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        token(&claims)
    };
    let get = |peer: &str| format!("@peer={peer}\n:method=GET\n:authority=orders.test\n:path=/orders/17\n");
    let trace = "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\ntracestate=a=b\n";
    let b3 =
        "x-b3-traceid=0af7651916cd43dd8448eb211c80319c\nx-b3-spanid=b7ad6b7169203331\nx-b3-sampled=1\n";
    let single = "b3=0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1-05e3ac9a4f6e3b90\n";
    let named = |uri: &str| format!("x-forwarded-client-cert=By={GATEWAY};Hash=00;URI={uri}\n");
    let der: String =
        include_str!("../src/world/edge.pem").lines().filter(|line| !line.starts_with('-')).collect();
    let orders = named("spiffe://shop.test/ns/shop/sa/orders");
    let texts = [
        ("reader", get("edge") + &token(&claims) + trace),
        ("open", "@peer=edge\n:method=GET\n:path=/healthz\n".to_owned()),
        ("no_token", get("edge") + trace),
        ("no_certificate", get("").replace("@peer=\n", "") + &token(&claims)),
        ("certificate", get(&der) + &token(&claims) + b3),
        ("forwarded", get("gateway") + &token(&claims) + &orders + single),
        ("unknown_workload", get("gateway") + &token(&claims) + &named("spiffe://shop.test/ns/a/sa/b")),
        ("not_forwarded", get("gateway") + &token(&claims)),
        ("too_long_a_life", get("edge") + &with("exp", json!(NOW + 600))),
        ("two_audiences", get("edge") + &with("aud", json!([TRUST_DOMAIN, "a"]))),
        ("not_before", get("edge") + &with("nbf", json!(NOW + 3))),
        ("no_text", get("edge") + &with("sub", json!("zo\u{eb}\r\n"))),
        ("two_tokens", get("edge") + &token(&claims) + &token(&claims)),
    ];
    texts.map(|(name, text)| (name, text.into_bytes())).into()
}

/// What others write between reads, while a configuration is compiled and afterwards.
fn scripts() -> Vec<Seed> {
    let both = |script: &[u8]| script.repeat(32);
    vec![
        ("nothing", both(b"..")),
        ("gone", both(b"--")),
        ("failing", both(b"!!")),
        ("failing_at_times", both(b".!")),
        ("other_values", both(b"=\x08AAAAAAAA")),
        ("changed", both(b"@\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff")),
        ("changed_within", both(b"@\x10\x02AA..")),
    ]
}

/// What an issuer says of itself in a line, and behind it its keys.
fn metadata(issuer: &Issuer) -> Vec<Seed> {
    let said = |issuer: &str, uri: &str| json!({"issuer": issuer, "jwks_uri": uri}).to_string();
    let keys = json!({"keys": [issuer.jwk()]}).to_string();
    let other = json!({"keys": rejected_keys()}).to_string();
    let both = |metadata: &str, keys: &str| format!("{metadata}\n{keys}").into_bytes();
    let good = said(ISSUER, "https://keys.idp.test/jwks?v=1");
    vec![
        ("good", both(&good, &keys)),
        ("other_keys", both(&good, &other)),
        ("no_keys", both(&good, "{}")),
        ("of_another", both(&said("https://other.test", "https://keys.idp.test/jwks"), &keys)),
        ("elsewhere", both(&said(ISSUER, "https://keys.idp.test@evil.test/jwks"), &keys)),
        ("unprotected", both(&said(ISSUER, "http://keys.idp.test/jwks"), &keys)),
        ("without_a_path", both(&said(ISSUER, "HTTPS://KEYS.idp.test?a#b"), &keys)),
    ]
}

/// The configuration of the target `request`, whole and in parts, and that of a sidecar.
fn configurations() -> Vec<Seed> {
    let whole = configuration();
    let only = |sections: &[&str]| {
        let mut part = whole.clone();
        let members = part.as_object_mut().expect("an object");
        members.retain(|name, _| {
            ["realm", "unknown_route"].contains(&name.as_str()) || sections.contains(&name.as_str())
        });
        part.to_string().into_bytes()
    };
    vec![
        ("whole", whole.to_string().into_bytes()),
        ("tokens", only(&["jwt"])),
        ("policies", only(&["authz"])),
        ("limits", only(&["ratelimit"])),
        ("identity", only(&["identity"])),
        ("sidecar", sidecar_configuration("b3").to_string().into_bytes()),
    ]
}
