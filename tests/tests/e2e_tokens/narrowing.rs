//! Links that are made from links.

use cidlock_tests::client::{Answer, Client, Link};
use cidlock_tests::forge::Pattern;
use cidlock_tests::wait;
use serde_json::{Value, json};

use crate::Scene;

/// An id that no link has.
const UNKNOWN: &str = "0193f6a0-5b6e-7c11-8f0e-0123456789ab";

impl Scene {
    fn bearer(&self, token: &str) -> Client {
        Client::stranger(&self.gateway).bearing(token)
    }

    /// A link by the owner.
    async fn root(&self, wish: Value) -> Link {
        self.admin.link(&self.file.cid, &wish).await
    }

    /// What the bearer of `link` is answered who wishes for one below it.
    async fn ask_below(&self, link: &str, wish: &Value) -> Answer {
        let path = format!("/v1/files/{}/links", self.file.cid);
        Answer::to(self.bearer(link).post(&path).json(wish)).await
    }

    /// One link below another, and so on: the first is the owner's.
    async fn chain(&self, len: usize) -> Vec<Link> {
        let wish = json!({ "permissions": ["read", "share"] });
        let mut chain = vec![self.root(wish.clone()).await];
        while chain.len() < len {
            chain.push(self.bearer(&chain.last().unwrap().token).link(&self.file.cid, &wish).await);
        }
        chain
    }

    fn claims(&self, token: &str) -> serde_json::Map<String, Value> {
        Pattern::of(token, self.gateway.home()).claims
    }

    /// The ids of what `client` sees listed, newest first.
    async fn listed(&self, client: &Client) -> Vec<String> {
        let path = format!("/v1/files/{}/links?limit=500", self.file.cid);
        let list = Answer::to(client.get(&path)).await.expect(200).json();
        let ids = list["items"].as_array().unwrap().iter().map(|link| link["id"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_link_gives_no_more_than_the_one_it_was_made_from() {
    let scene = Scene::set().await;
    for (has, asks, gives) in [
        (json!(["read", "stat", "share"]), None, Ok(json!(["read", "stat"]))),
        (json!(["read", "share"]), None, Ok(json!(["read"]))),
        (json!(["stat", "share", "delete"]), None, Ok(json!(["stat"]))),
        (json!(["share"]), None, Err((400, "bad_permissions"))),
        (json!(["share", "delete"]), None, Err((400, "bad_permissions"))),
        (json!(["share"]), Some(json!(["share"])), Ok(json!(["share"]))),
        (json!(["read", "share"]), Some(json!(["share", "read"])), Ok(json!(["read", "share"]))),
        (json!(["read", "share"]), Some(json!(["read"])), Ok(json!(["read"]))),
        (json!(["read", "share"]), Some(json!([])), Err((400, "bad_permissions"))),
        (json!(["read", "share"]), Some(json!(["stat"])), Err((400, "bad_permissions"))),
        (json!(["read", "share"]), Some(json!(["read", "stat"])), Err((400, "bad_permissions"))),
        (json!(["read", "share"]), Some(json!(["read", "delete"])), Err((400, "bad_permissions"))),
        (json!(["share"]), Some(json!(["read"])), Err((400, "bad_permissions"))),
        (json!(["read", "stat"]), Some(json!(["read"])), Err((403, "insufficient_scope"))),
        (json!(["read", "stat", "delete"]), None, Err((403, "insufficient_scope"))),
    ] {
        let parent = scene.root(json!({ "permissions": has })).await;
        let wish = asks.map_or(json!({}), |asks| json!({ "permissions": asks }));
        let answer = scene.ask_below(&parent.token, &wish).await;
        match gives {
            Err((status, code)) => drop(answer.assert_refused(status, code)),
            Ok(permissions) => {
                let child = answer.expect(201).json();
                let what = format!("{has} and {wish}");
                assert_eq!(child["permissions"], permissions, "{what}");
                assert_eq!(child["parents"], json!([parent.id]), "{what}");
                let claims = scene.claims(child["token"].as_str().unwrap());
                assert_eq!(claims["permissions"], permissions, "{what}");
                assert_eq!(claims["parents"], json!([parent.id]), "{what}");
                let reads = permissions.as_array().unwrap().contains(&json!("read"));
                let read = scene.read(child["token"].as_str().unwrap()).await;
                assert_eq!(read.status, if reads { 200 } else { 403 }, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_link_speaks_for_the_same_user_and_about_the_same_file_as_the_one_it_was_made_from() {
    let scene = Scene::set().await;
    let other = scene.admin.store("b", "other").await;
    let chain = scene.chain(3).await;
    let [root, child, grandchild] = &chain[..] else { panic!("three links") };
    let (above, below) = (scene.claims(&root.token), scene.claims(&grandchild.token));
    for name in ["iss", "aud", "sub", "cid", "exp"] {
        assert_eq!(above[name], below[name], "{name}");
    }
    assert_eq!(above.get("parents"), None);
    assert_eq!(below["parents"], json!([root.id, child.id]), "the first one first");
    assert_eq!(below["jti"], grandchild.id.as_str());
    assert_eq!(below.len(), above.len() + 1, "nothing else is in it");
    let path = format!("/v1/files/{}/links", other.cid);
    let elsewhere = scene.bearer(&root.token).post(&path).json(&json!({}));
    Answer::to(elsewhere).await.assert_refused(403, "insufficient_scope");
    // The file's name is for those who may read it, or see what is known of it.
    let named = scene.ask_below(&root.token, &json!({ "permissions": ["read"] })).await.json();
    let blind = scene.root(json!({ "permissions": ["share"] })).await;
    let blind = scene.ask_below(&blind.token, &json!({ "permissions": ["share"] })).await.json();
    for (link, path) in [
        (&named, format!("/files/{}/a?token=", scene.file.cid)),
        (&blind, format!("/files/{}?token=", scene.file.cid)),
    ] {
        assert!(link["url"].as_str().unwrap().contains(&path), "{}", link["url"]);
    }
}

#[tokio::test]
async fn a_link_lives_no_longer_than_the_one_it_was_made_from() {
    let scene = Scene::set().await;
    let hour = scene.root(json!({ "expires_in": 3600, "permissions": ["read", "share"] })).await;
    let end = scene.claims(&hour.token)["exp"].as_u64().unwrap();
    for (asks, cut) in [
        (json!({}), true),
        (json!({ "expires_in": 7200 }), true),
        (json!({ "expires_in": 60 }), false),
    ] {
        let child = scene.ask_below(&hour.token, &asks).await.expect(201).json();
        let claims = scene.claims(child["token"].as_str().unwrap());
        let (begin, child_end) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        assert_eq!(child_end, if cut { end } else { begin + 60 }, "{asks}");
    }
    for seconds in [0, 90 * 86_400 + 1] {
        let answer = scene.ask_below(&hour.token, &json!({ "expires_in": seconds })).await;
        answer.assert_refused(400, "bad_lifetime");
    }
    // One that has expired hands nothing on, not even while clocks that differ are allowed for.
    let second = scene.root(json!({ "expires_in": 1, "permissions": ["read", "share"] })).await;
    wait::until("a link to expire", async || {
        (scene.read(&second.token).await.status != 200).then_some(())
    })
    .await;
    let late = scene.ask_below(&second.token, &json!({})).await;
    late.assert_refused(401, "token_expired");
}

#[tokio::test]
async fn a_chain_of_links_has_an_end_and_is_cut_where_one_is_taken_back() {
    let scene = Scene::set().await;
    let chain = scene.chain(9).await;
    let last = scene.claims(&chain[8].token);
    assert_eq!(last["parents"].as_array().unwrap().len(), 8);
    let deeper = scene.ask_below(&chain[8].token, &json!({})).await;
    deeper.assert_refused(400, "too_deep");
    let beside = scene.bearer(&chain[3].token).link(&scene.file.cid, &json!({})).await;
    for link in chain.iter().chain([&beside]) {
        assert_eq!(scene.read(&link.token).await.expect(200).body, b"content");
    }
    scene.admin.revoke(&chain[4].id).await;
    for (depth, link) in chain.iter().enumerate() {
        let shown = Answer::to(scene.admin.get(&format!("/v1/links/{}", link.id))).await.json();
        assert_eq!(shown["revoked_at"].is_string(), depth >= 4, "{depth}: {shown}");
        let parents: Vec<&str> = chain[..depth].iter().map(|link| link.id.as_str()).collect();
        assert_eq!(shown["parents"], json!(parents), "{depth}");
        if depth < 4 {
            let _ = scene.read(&link.token).await.expect(200);
            continue;
        }
        scene.assert_refused(&format!("{depth} deep"), &link.token, 401, "token_revoked").await;
        let further = scene.ask_below(&link.token, &json!({})).await;
        further.assert_refused(401, "token_revoked");
    }
    let _ = scene.read(&beside.token).await.expect(200);
    let path = format!("/v1/files/{}/links?limit=500", scene.file.cid);
    let list = Answer::to(scene.admin.get(&path)).await.expect(200).json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|link| link["revoked_at"].is_string()).count(), 5);
}

#[tokio::test]
async fn whoever_has_a_link_sees_and_takes_back_what_descends_from_it_and_nothing_else() {
    let scene = Scene::set().await;
    let chain = scene.chain(4).await;
    let [root, middle, below, leaf] = &chain[..] else { panic!("four links") };
    let wish = json!({ "permissions": ["read"], "name": "beside" });
    let sibling = scene.bearer(&root.token).link(&scene.file.cid, &wish).await;
    let other = scene.admin.store("b", "other").await;
    let elsewhere = scene.admin.link(&other.cid, &json!({})).await;
    let own = scene.file.json["link"]["id"].as_str().unwrap();

    let bearer = scene.bearer(&middle.token);
    assert_eq!(scene.listed(&bearer).await, [leaf.id.as_str(), &below.id]);
    let all: Vec<&str> = vec![&sibling.id, &leaf.id, &below.id, &middle.id, &root.id, own];
    assert_eq!(scene.listed(&scene.admin).await, all);
    assert_eq!(scene.listed(&scene.bearer(&root.token)).await, all[..4]);
    let page = Answer::to(bearer.get(&format!("/v1/files/{}/links?limit=1", scene.file.cid))).await;
    let cursor = page.json()["next"].as_str().unwrap().to_owned();
    let path = format!("/v1/files/{}/links?limit=1&cursor={cursor}", scene.file.cid);
    let page = Answer::to(bearer.get(&path)).await.expect(200).json();
    assert_eq!((&page["items"][0]["id"], &page["next"]), (&json!(below.id), &Value::Null));

    for id in [&middle.id, &root.id, &sibling.id, &elsewhere.id, own, UNKNOWN] {
        let path = format!("/v1/links/{id}");
        for request in [bearer.get(&path), bearer.delete(&path)] {
            Answer::to(request).await.assert_refused(404, "no_such_link");
        }
    }
    for id in [&below.id, &leaf.id] {
        let shown = Answer::to(bearer.get(&format!("/v1/links/{id}"))).await.expect(200).json();
        assert_eq!((shown.get("token"), shown.get("url")), (None, None));
    }
    // Without the permission it is a link to the file alone.
    let reader = scene.bearer(&sibling.token);
    let links = format!("/v1/files/{}/links", scene.file.cid);
    for path in [links, format!("/v1/links/{}", leaf.id)] {
        Answer::to(reader.get(&path)).await.assert_refused(403, "insufficient_scope");
    }
    Answer::to(reader.delete(&format!("/v1/links/{}", leaf.id)))
        .await
        .assert_refused(403, "insufficient_scope");

    bearer.revoke(&leaf.id).await;
    bearer.revoke(&leaf.id).await;
    scene.assert_refused("taken back", &leaf.token, 401, "token_revoked").await;
    for link in [root, middle, below, &sibling] {
        let _ = scene.read(&link.token).await.expect(200);
    }
    scene.admin.revoke(&middle.id).await;
    for request in [
        bearer.get(&format!("/v1/links/{}", below.id)),
        bearer.delete(&format!("/v1/links/{}", below.id)),
        bearer.get(&format!("/v1/files/{}/links", scene.file.cid)),
    ] {
        Answer::to(request).await.assert_refused(401, "token_revoked");
    }
}

#[tokio::test]
async fn a_link_that_says_wrongly_what_it_descends_from_is_refused() {
    let scene = Scene::set().await;
    let chain = scene.chain(2).await;
    let good = Pattern::of(&chain[1].token, scene.gateway.home());
    assert_eq!(scene.read(&good.sign()).await.status, 200);
    let ids = |count: usize| (0..count).map(|n| format!("0193f6a0-5b6e-7c11-8f0e-{n:012}"));
    let (root, own) = (&chain[0].id, &chain[1].id);
    let forgeries = [
        json!(null),
        json!([]),
        json!(root),
        json!({ "0": root }),
        json!([1]),
        json!([[root]]),
        json!(["link-1"]),
        json!([""]),
        json!([root.to_uppercase()]),
        json!([root.replace('-', "")]),
        json!([root, format!("{root} ")]),
        json!([root, root]),
        json!([own]),
        json!([root, own]),
        json!(ids(9).collect::<Vec<_>>()),
    ];
    for parents in forgeries {
        let what = format!("parents are {parents}");
        let token = good.clone().claiming("parents", parents).sign();
        scene.assert_refused(&what, &token, 401, "token_invalid").await;
        scene.ask_below(&token, &json!({})).await.assert_refused(401, "token_invalid");
    }
    // Eight are well; what nobody knows was not revoked, but nothing is made below it.
    let other = scene.admin.store("b", "other").await;
    let elsewhere = scene.admin.link(&other.cid, &json!({})).await;
    let strangers = [ids(7).collect::<Vec<_>>(), vec![elsewhere.id], vec![UNKNOWN.to_owned()]];
    for parents in strangers {
        let token = good.clone().claiming("parents", parents).sign();
        assert_eq!(scene.read(&token).await.status, 200);
        scene.ask_below(&token, &json!({})).await.assert_refused(401, "token_invalid");
    }
    let unknown = good.clone().silent_on("parents").claiming("jti", UNKNOWN).sign();
    assert_eq!(scene.read(&unknown).await.status, 200);
    scene.ask_below(&unknown, &json!({})).await.assert_refused(401, "token_invalid");
    assert_eq!(
        scene
            .read(&good.clone().claiming("parents", ids(8).collect::<Vec<_>>()).sign())
            .await
            .status,
        200
    );
    // A revocation is of all that says it descends, wherever in the list.
    let taken_back = scene.root(json!({})).await.id;
    scene.admin.revoke(&taken_back).await;
    for parents in [json!([taken_back]), json!([taken_back, root]), json!([root, taken_back])] {
        let what = format!("parents are {parents}");
        let token = good.clone().claiming("parents", parents).sign();
        scene.assert_refused(&what, &token, 401, "token_revoked").await;
    }
}
