//! Tokens that the realm did not make, or not as tokens.

use std::fmt::Write as _;

use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::{Realm, UnixTime};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{Embedded, Engine as _};
use cidlock_ipfs_client::pin::{Pin, PinName};
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::forge::{decode, encode, key_set};
use serde_json::{Value, json};

use crate::Scene;

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
async fn the_published_keys_verify_tokens_and_are_public() {
    let scene = Scene::set().await;
    let jwks = Answer::to(Client::stranger(&scene.gateway).get("/.well-known/jwks.json")).await;
    let jwks = jwks.expect(200).json();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3, "one for logins, one for links, one for receipts");
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
