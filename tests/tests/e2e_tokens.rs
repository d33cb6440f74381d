//! Tokens that are not quite right, and sessions that end, through the binary and its HTTP
//! contract.
//!
//! Every forgery is a good token changed in one place and signed again with the realm's own keys
//! out of the data directory, so that what it is refused for is that place.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::fmt::Write as _;

use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::{Realm, UnixTime};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{Embedded, Engine as _};
use cidlock_ipfs_client::pin::{Pin, PinName};
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::forge::{Pattern, decode, encode, key_set};
use cidlock_tests::gateway::{Lease, Shared};
use reqwest::Method;
use serde_json::{Value, json};

static GATEWAY: Shared = Shared::new("");

/// A gateway with a file in it, a login and a link: an access token and a share token, each of
/// which opens that file.
struct Scene {
    gateway: Lease,
    admin: Client,
    file: Stored,
    login: Value,
}

impl Scene {
    async fn set() -> Self {
        let gateway = GATEWAY.lease().await;
        let stranger = Client::stranger(&gateway);
        let secret = gateway.home().admin_secret();
        let login = stranger.log_in("admin", &secret).await.expect(200).json();
        let admin = stranger.bearing(login["access_token"].as_str().unwrap());
        let file = admin.store("a", "content").await;
        Self { gateway, admin, file, login }
    }

    fn access(&self) -> Pattern {
        Pattern::of(self.admin.token(), self.gateway.home())
    }

    fn share(&self) -> Pattern {
        Pattern::of(self.file.link_token(), self.gateway.home())
    }

    fn both(&self) -> [(&'static str, Pattern); 2] {
        [("access", self.access()), ("share", self.share())]
    }

    /// What `token` is answered where the file itself is asked for.
    async fn read(&self, token: &str) -> Answer {
        let bearer = Client::stranger(&self.gateway).bearing(token);
        Answer::to(bearer.get(&format!("/files/{}", self.file.cid))).await
    }

    /// Both ways to present a token are refused, and nothing is said of the file.
    async fn assert_refused(&self, what: &str, token: &str, status: u16, code: &str) {
        let in_header = self.read(token).await;
        assert_ne!(in_header.status, 200, "{what} is good");
        let answered = (in_header.status, in_header.json()["code"].clone());
        assert_eq!(answered, (status, json!(code)), "{what}");
        let said = in_header.assert_refused(status, code);
        let stranger = Client::stranger(&self.gateway);
        let path = format!("/files/{}", self.file.cid);
        let in_query = Answer::to(stranger.get(&path).query(&[("token", token)])).await;
        assert_eq!(in_query.assert_refused(status, code), said, "{what}");
        assert!(!said.contains("eyJ"), "{what}: {said}");
    }

    async fn check(&self, kind: &str, forgeries: Vec<(&str, String)>, status: u16, code: &str) {
        for (what, token) in forgeries {
            self.assert_refused(&format!("{kind}: {what}"), &token, status, code).await;
        }
    }
}

#[tokio::test]
async fn a_token_that_is_signed_again_is_good() {
    let scene = Scene::set().await;
    for (kind, pattern) in scene.both() {
        let answer = scene.read(&pattern.sign()).await.expect(200);
        assert_eq!(answer.body, b"content", "{kind}");
    }
}

#[tokio::test]
async fn a_signature_that_is_not_by_the_key_of_its_type_is_refused() {
    let scene = Scene::set().await;
    let home = scene.gateway.home();
    let realm = Realm::parse(key_set(home)["realm"].as_str().unwrap()).unwrap();
    let stranger = KeySet::generate(realm, UnixTime(1)).unwrap().to_json();
    for (kind, good) in scene.both() {
        let signed = good.sign();
        let (input, signature) = signed.rsplit_once('.').unwrap();
        let other_purpose = if kind == "access" { "share" } else { "access" };
        let forgeries = vec![
            ("alg none", good.clone().unsigned("none", "")),
            ("alg NONE", good.clone().unsigned("NONE", "")),
            ("alg none with the signature", good.clone().unsigned("none", signature)),
            ("no signature", format!("{input}.")),
            ("half a signature", format!("{input}.{}", &signature[..43])),
            ("zeroes", format!("{input}.{}", encode([0; 64]))),
            ("a padded signature", format!("{signed}==")),
            (
                "a signature and more",
                format!("{input}.{}", encode([decode(signature), vec![0]].concat())),
            ),
            ("HS256, keyed by our public key", {
                let public = decode(good.public_key());
                good.clone().sign_hs256(&public)
            }),
            ("HS256, keyed by the text of our public key", {
                let text = good.public_key().to_owned();
                good.clone().sign_hs256(text.as_bytes())
            }),
            ("HS256, keyed by nothing", good.clone().sign_hs256(b"")),
            ("another key set", good.clone().by_stranger(&stranger, false).sign()),
            ("another key set in disguise", good.clone().by_stranger(&stranger, true).sign()),
            ("the key of the other type", good.clone().by_key_for(other_purpose, home).sign()),
            ("the key of statements", good.clone().by_key_for("object", home).sign()),
        ];
        scene.check(kind, forgeries, 401, "token_invalid").await;
    }
}

#[tokio::test]
async fn a_header_that_is_not_wholly_understood_is_refused() {
    let scene = Scene::set().await;
    for (kind, good) in scene.both() {
        let head = |name: &str, value: Value| good.clone().headed(name, value).sign();
        let without = |name: &str| {
            let mut pattern = good.clone();
            pattern.header.remove(name).unwrap();
            pattern.sign()
        };
        let other_typ = if kind == "access" { "share+jwt" } else { "at+jwt" };
        let own_key = json!({ "kty": "OKP", "crv": "Ed25519", "x": good.public_key() });
        let critical = good.clone().headed("crit", json!(["x"])).headed("x", 1).sign();
        let unencoded = good.clone().headed("crit", json!(["b64"])).headed("b64", false).sign();
        let forgeries = vec![
            ("no typ", without("typ")),
            ("typ JWT", head("typ", "JWT".into())),
            (
                "typ in capitals",
                head("typ", good.header["typ"].as_str().unwrap().to_uppercase().into()),
            ),
            (
                "typ as a media type",
                head("typ", format!("application/{}", good.header["typ"].as_str().unwrap()).into()),
            ),
            ("the other typ", head("typ", other_typ.into())),
            ("typ of statements", head("typ", "object+jwt".into())),
            ("typ is a number", head("typ", 1.into())),
            ("unknown crit", critical),
            ("crit b64", unencoded),
            ("empty crit", head("crit", json!([]))),
            ("crit is null", head("crit", Value::Null)),
            ("no alg", without("alg")),
            ("another alg", head("alg", "ES256".into())),
            ("alg in capitals", head("alg", "EDDSA".into())),
            ("no kid", without("kid")),
            ("unknown kid", head("kid", "nobody".into())),
            ("kid is a path", head("kid", "../keys.json".into())),
            ("kid is a number", head("kid", 7.into())),
            ("brings its key", head("jwk", own_key)),
            ("says where its key is", head("jku", "http://127.0.0.1/jwks.json".into())),
            ("compressed", head("zip", "DEF".into())),
            ("nested", head("cty", "JWT".into())),
        ];
        scene.check(kind, forgeries, 401, "token_invalid").await;
    }
}

#[tokio::test]
async fn a_claim_that_is_missing_or_mistyped_is_refused() {
    let scene = Scene::set().await;
    for (kind, good) in scene.both() {
        let own: &[&str] = match kind {
            "access" => &["client_id", "scope", "roles"],
            _ => &["cid", "permissions"],
        };
        for &name in ["iss", "aud", "exp", "nbf", "iat", "sub", "jti"].iter().chain(own) {
            let mut values = vec![
                json!(null),
                json!(true),
                json!({}),
                json!([]),
                json!(""),
                json!([good.claims[name]]),
            ];
            if matches!(name, "exp" | "nbf" | "iat") {
                let time = good.time(name);
                values.extend([json!(time.to_string()), json!(-1), json!(u64::MAX)]);
                values.push(json!(time as f64 + 0.5));
            } else {
                values.extend([json!(1), json!("x".repeat(257))]);
            }
            // These are right.
            values.retain(|value| match name {
                "roles" | "scope" => *value != json!([]) && *value != json!(""),
                _ => true,
            });
            if name == "scope" {
                values.extend([json!([]), json!(" "), json!("a  b"), json!("x\u{e9}")]);
                values.retain(|value| *value != json!("x".repeat(257)));
            }
            let missing = good.clone().silent_on(name).sign();
            scene
                .assert_refused(&format!("{kind}: no {name}"), &missing, 401, "token_invalid")
                .await;
            for value in values {
                let what = format!("{kind}: {name} is {value}");
                let token = good.clone().claiming(name, value).sign();
                scene.assert_refused(&what, &token, 401, "token_invalid").await;
            }
        }
        // A whole number, but not written as one.
        let claims = good.claims_text();
        for (name, written) in [("exp", ".0"), ("iat", "e0"), ("nbf", ".0")] {
            let plain = format!("\"{name}\":{}", good.time(name));
            assert!(claims.contains(&plain), "{claims}");
            let token = good.sign_texts(
                &good.header_text(),
                &claims.replace(&plain, &(plain.clone() + written)),
            );
            let what = format!("{kind}: {name} is a float");
            scene.assert_refused(&what, &token, 401, "token_invalid").await;
        }
    }
}

#[tokio::test]
async fn a_claim_that_says_another_realm_or_time_or_nobody_is_refused() {
    let scene = Scene::set().await;
    for (kind, good) in scene.both() {
        let iat = good.time("iat");
        let claim = |name: &str, value: Value| good.clone().claiming(name, value).sign();
        let future = good.clone().claiming("iat", iat + 600).claiming("nbf", iat + 600);
        let day = 86_400;
        let forgeries = vec![
            ("iss is another realm", claim("iss", "urn:uuid:other".into())),
            ("aud is another realm", claim("aud", "urn:uuid:other".into())),
            ("aud is that of statements", claim("aud", "urn:cidlock:object".into())),
            ("aud is a list", claim("aud", json!([good.claims["aud"]]))),
            ("issued in the future", future.claiming("exp", iat + 900).sign()),
            ("not valid yet", claim("nbf", (iat + 120).into())),
            ("never valid", claim("exp", iat.into())),
            (
                "never valid by nbf",
                good.clone().claiming("nbf", iat + 4).claiming("exp", iat + 3).sign(),
            ),
            ("lives too long", claim("exp", (iat + 91 * day).into())),
            ("a claim that nobody knows", claim("admin", true.into())),
            ("sub is nobody", claim("sub", "0193f6a0-5b6e-7c11-8f0e-0123456789ab".into())),
            ("sub is no id", claim("sub", "admin".into())),
        ];
        scene.check(kind, forgeries, 401, "token_invalid").await;
        // Long past, and by more than clocks may differ.
        for age in [60, 3600] {
            let past = good.clone().claiming("iat", iat - age).claiming("nbf", iat - age);
            let past = past.claiming("exp", iat - age + 30).sign();
            let what = format!("{kind}: expired {age} seconds ago");
            scene.assert_refused(&what, &past, 401, "token_expired").await;
        }
        // Good in itself, but older than the user whom it speaks for.
        let early = good.clone().claiming("iat", iat - 300).claiming("nbf", iat - 300);
        let early = early.claiming("exp", iat + 300).sign();
        let what = format!("{kind}: older than its user");
        scene.assert_refused(&what, &early, 401, "token_revoked").await;
    }
    let session = scene.access().claiming("sid", "no id").sign();
    scene.assert_refused("sid is no id", &session, 401, "token_invalid").await;
    let link = scene.share().claiming("jti", "no id").sign();
    scene.assert_refused("jti is no id", &link, 401, "token_invalid").await;
}

#[tokio::test]
async fn what_is_no_compact_jws_of_bounded_size_is_refused() {
    let scene = Scene::set().await;
    let statement = statement_of(&scene).await;
    for (kind, good) in scene.both() {
        let token = good.sign();
        let (header, claims) = (good.header_text(), good.claims_text());
        let twice =
            |text: &str, member: &str| format!("{},{member}}}", text.strip_suffix('}').unwrap());
        let oversized = good.clone().claiming("jti", "x".repeat(7000)).sign();
        assert!(oversized.len() > 8 << 10);
        let mut forgeries = vec![
            ("oversized", oversized),
            ("a long header", good.clone().headed("kid", "x".repeat(7000)).sign()),
            ("one part", token.split('.').next().unwrap().to_owned()),
            ("two parts", token.rsplit_once('.').unwrap().0.to_owned()),
            ("four parts", format!("{token}.x")),
            ("five parts", format!("{token}.x.x")),
            ("nothing but dots", "..".to_owned()),
            ("a text", "nothing".to_owned()),
            ("padded", {
                let parts: Vec<&str> = token.split('.').collect();
                format!("{}=.{}.{}", parts[0], parts[1], parts[2])
            }),
            ("header is a list", good.sign_texts("[]", &claims)),
            ("header is no JSON", good.sign_texts("{", &claims)),
            ("claims are a list", good.sign_texts(&header, &format!("[{claims}]"))),
            ("claims are no JSON", good.sign_texts(&header, "{")),
            ("claims and more", good.sign_texts(&header, &format!("{claims}{{}}"))),
            ("two algs", good.sign_texts(&twice(&header, r#""alg":"EdDSA""#), &claims)),
            ("two types", good.sign_texts(&twice(&header, r#""typ":"at+jwt""#), &claims)),
            ("two escaped kids", good.sign_texts(&twice(&header, r#""\u006bid":"x""#), &claims)),
            ("a statement", statement.clone()),
        ];
        for name in ["exp", "sub", "jti", "iss"] {
            let member = format!("\"{name}\":{}", good.claims[name]);
            forgeries
                .push(("two claims of a name", good.sign_texts(&header, &twice(&claims, &member))));
        }
        scene.check(kind, forgeries, 401, "token_invalid").await;
    }
}

/// The signed statement that is kept with the file's ciphertext.
async fn statement_of(scene: &Scene) -> String {
    let objects = scene.gateway.home().data().join("objects");
    let engine = Embedded::open(objects, DagParams::UNIXFS_V1_2025).await.unwrap();
    let name = PinName::parse(&scene.file.id).unwrap();
    let root = scene.file.json["root"].as_str().unwrap().parse().unwrap();
    let member = engine.member(&Pin { name, root }, "object.jwt").await.unwrap();
    String::from_utf8(member.to_vec()).unwrap()
}

#[tokio::test]
async fn a_share_token_opens_its_own_cid_with_its_own_permissions() {
    let scene = Scene::set().await;
    let other = scene.admin.store("b", "other").await;
    let unknown = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    for cid in [other.cid.as_str(), unknown] {
        let token = scene.share().claiming("cid", cid).sign();
        scene.assert_refused("another CID", &token, 403, "insufficient_scope").await;
    }
    for permissions in [json!(["stat"]), json!(["share", "delete"])] {
        let token = scene.share().claiming("permissions", permissions).sign();
        scene.assert_refused("without read", &token, 403, "insufficient_scope").await;
    }
    for permissions in [json!([]), json!(["fly"]), json!(["read", "read"]), json!("read")] {
        let token = scene.share().claiming("permissions", permissions).sign();
        scene.assert_refused("malformed permissions", &token, 401, "token_invalid").await;
    }
    scene.admin.revoke(scene.file.json["link"]["id"].as_str().unwrap()).await;
    // The revocation is of the id, whatever else the token says.
    for token in [
        scene.file.link_token().to_owned(),
        scene.share().claiming("permissions", json!(["read"])).sign(),
    ] {
        scene.assert_refused("revoked", &token, 401, "token_revoked").await;
    }
}

#[tokio::test]
async fn a_restriction_that_is_not_enforced_closes_the_link() {
    let scene = Scene::set().await;
    let owner = &scene.file.json["owner"];
    for (name, value) in [
        ("allow_ips", json!(["0.0.0.0/0", "::/0"])),
        ("max_downloads", json!(1000)),
        ("only_user", owner.clone()),
        ("parents", json!(["0193f6a0-5b6e-7c11-8f0e-0123456789ab"])),
    ] {
        let token = scene.share().claiming(name, value).sign();
        scene.assert_refused(name, &token, 403, "insufficient_scope").await;
        let bearer = Client::stranger(&scene.gateway).bearing(&token);
        let stat = Answer::to(bearer.get(&format!("/v1/files/{}", scene.file.cid))).await;
        let said = stat.assert_refused(403, "insufficient_scope");
        assert!(said.contains(name), "{said}");
    }
    for (name, value) in [
        ("allow_ips", json!([])),
        ("allow_ips", json!(["10.0.0.1/8"])),
        ("max_downloads", json!(0)),
        ("max_downloads", json!("1")),
        ("only_user", json!("")),
        ("parents", json!([])),
        ("parents", json!(vec!["x"; 9])),
    ] {
        let what = format!("{name} is {value}");
        let token = scene.share().claiming(name, value).sign();
        scene.assert_refused(&what, &token, 401, "token_invalid").await;
    }
}

#[tokio::test]
async fn an_access_token_does_what_its_scope_says() {
    let scene = Scene::set().await;
    let cid = &scene.file.cid;
    let calls = [
        ("files:read", Method::GET, "/v1/files".to_owned()),
        ("files:read", Method::GET, format!("/v1/files/{cid}")),
        ("files:read", Method::GET, format!("/files/{cid}")),
        ("files:write", Method::POST, "/v1/files".to_owned()),
        ("links", Method::GET, format!("/v1/files/{cid}/links")),
        ("links", Method::POST, format!("/v1/files/{cid}/links")),
    ];
    for scope in ["files:read", "files:write", "links", "", "files", "FILES:READ links:all"] {
        let bearer = Client::stranger(&scene.gateway);
        let bearer = bearer.bearing(scene.access().claiming("scope", scope).sign());
        for (needed, method, path) in &calls {
            let request = bearer.request(method.clone(), path).json(&json!({}));
            let answer = Answer::to(request).await;
            if *needed == scope {
                assert!(answer.status < 300, "{scope}: {method} {path} gives {}", answer.status);
            } else {
                let said = answer.assert_refused(403, "insufficient_scope");
                assert!(said.contains(needed), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn where_a_login_is_due_a_link_is_refused() {
    let scene = Scene::set().await;
    let bearer = Client::stranger(&scene.gateway).bearing(scene.file.link_token());
    let link = scene.file.json["link"]["id"].as_str().unwrap();
    for (method, path) in [
        (Method::GET, "/v1/files".to_owned()),
        (Method::POST, "/v1/files".to_owned()),
        (Method::GET, format!("/v1/links/{link}")),
        (Method::DELETE, format!("/v1/links/{link}")),
    ] {
        let answer = Answer::to(bearer.request(method, &path)).await;
        answer.assert_refused(401, "token_invalid");
    }
    // Nor does a refresh token open anything, nor an access token refresh a session.
    let refresh = scene.login["refresh_token"].as_str().unwrap();
    let bearer = Client::stranger(&scene.gateway).bearing(refresh);
    Answer::to(bearer.get("/v1/files")).await.assert_refused(401, "token_invalid");
    let answer = Client::stranger(&scene.gateway).refresh(scene.admin.token()).await;
    assert_eq!(answer.expect(400).json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_login_that_fails_does_not_say_why() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    let secret = gateway.home().admin_secret();
    let long = "x".repeat(5000);
    let mut details = Vec::new();
    for (name, password) in [
        ("admin", "wrong"),
        ("nobody", "wrong"),
        ("nobody", secret.as_str()),
        ("Admin", secret.as_str()),
        ("admin", ""),
        ("", ""),
        ("admin\0", secret.as_str()),
        ("admin", long.as_str()),
        ("admin' OR '1'='1", "x"),
    ] {
        let answer = stranger.log_in(name, password).await;
        details.push(answer.assert_refused(401, "bad_credentials"));
        let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        details.push(format!("{names:?}"));
    }
    assert!(details.chunks(2).all(|pair| pair == &details[..2]), "{details:?}");
    for body in [
        json!({}),
        json!({ "username": "admin" }),
        json!({ "username": "admin", "password": 1 }),
        json!({ "username": "admin", "password": secret, "remember": true }),
        json!([]),
    ] {
        let answer = Answer::to(stranger.post("/v1/login").json(&body)).await;
        let said = answer.assert_refused(400, "bad_body");
        assert!(!said.contains(&secret), "{said}");
    }
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_ones_once() {
    let scene = Scene::set().await;
    let stranger = Client::stranger(&scene.gateway);
    let first = scene.login["refresh_token"].as_str().unwrap();
    let answer = stranger.refresh(first).await.expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let next = answer.json();
    for member in ["access_token", "refresh_token"] {
        assert_ne!(next[member], scene.login[member]);
    }
    assert_eq!((&next["token_type"], &next["expires_in"]), (&json!("Bearer"), &json!(600)));
    let renewed = stranger.bearing(next["access_token"].as_str().unwrap());
    for client in [&renewed, &scene.admin] {
        let _ = Answer::to(client.get("/v1/files")).await.expect(200);
    }

    // Two hold it: the session ends, and with it what either got from it.
    let reused = stranger.refresh(first).await.expect(400).json();
    assert_eq!(reused["error"], "invalid_grant");
    let after = stranger.refresh(next["refresh_token"].as_str().unwrap()).await.expect(400);
    assert_eq!(after.json()["error"], "invalid_grant");
    for client in [&renewed, &scene.admin] {
        for path in ["/v1/files", &format!("/files/{}", scene.file.cid)] {
            Answer::to(client.get(path)).await.assert_refused(401, "token_revoked");
        }
        let upload = client.post("/v1/files").body("late");
        Answer::to(upload).await.assert_refused(401, "token_revoked");
    }
    // Another session of the same user goes on, and so do links that were made in this one.
    let other = Client::admin(&scene.gateway).await;
    let _ = Answer::to(other.get("/v1/files")).await.expect(200);
    let _ = Answer::to(stranger.get(&scene.file.url)).await.expect(200);
}

#[tokio::test]
async fn of_two_that_refresh_at_once_one_gets_tokens_and_both_lose_the_session() {
    let scene = Scene::set().await;
    let stranger = Client::stranger(&scene.gateway);
    let refresh = scene.login["refresh_token"].as_str().unwrap();
    let (one, other) = tokio::join!(stranger.refresh(refresh), stranger.refresh(refresh));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let answer = Answer::to(scene.admin.get("/v1/files")).await;
    answer.assert_refused(401, "token_revoked");
}

#[tokio::test]
async fn a_refresh_that_fails_says_so_as_oauth_does() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    let form = "application/x-www-form-urlencoded";
    for (body, error) in [
        ("grant_type=refresh_token&refresh_token=unknown", "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=", "invalid_grant"),
        ("grant_type=refresh_token", "invalid_request"),
        ("grant_type=password&username=admin&password=x", "unsupported_grant_type"),
        ("grant_type=client_credentials", "unsupported_grant_type"),
    ] {
        let request = stranger.post("/oauth/token").header("content-type", form).body(body);
        let answer = Answer::to(request).await.expect(400);
        assert_eq!(answer.json()["error"], error, "{body}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let request = stranger.post("/oauth/token").json(&json!({ "grant_type": "refresh_token" }));
    Answer::to(request).await.assert_refused(415, "unsupported_media_type");
}

#[tokio::test]
async fn the_published_keys_verify_tokens_and_are_public() {
    let scene = Scene::set().await;
    let jwks = Answer::to(Client::stranger(&scene.gateway).get("/.well-known/jwks.json")).await;
    let jwks = jwks.expect(200).json();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "one for logins and one for links");
    let mut text = String::new();
    write!(text, "{jwks}").unwrap();
    for private in key_set(scene.gateway.home())["keys"].as_array().unwrap() {
        for secret in ["d", "k"].iter().filter_map(|member| private[member].as_str()) {
            assert!(!text.contains(secret), "a private key is published");
        }
    }
    for (token, typ) in [(scene.admin.token(), "at+jwt"), (scene.file.link_token(), "share+jwt")] {
        let header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!(header.typ.as_deref(), Some(typ));
        let key = keys.iter().find(|key| key["kid"] == header.kid.clone().unwrap()).unwrap();
        let key =
            jsonwebtoken::DecodingKey::from_ed_components(key["x"].as_str().unwrap()).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        rules.set_audience(&[key_set(scene.gateway.home())["realm"].as_str().unwrap()]);
        let claims = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap().claims;
        assert_eq!(claims["iss"], claims["aud"]);
    }
}
