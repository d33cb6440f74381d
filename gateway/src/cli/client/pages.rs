//! Lists, a page at a time: `{"items": [...], "next": "<cursor>" or null}`.

use std::marker::PhantomData;

use reqwest::Url;
use serde::de::DeserializeOwned;

use super::super::failure::Failure;
use super::model::Page;
use super::{Client, answer};

/// What is left of a list.
pub(in crate::cli) struct Pages<'a, T> {
    client: &'a Client,
    url: Url,
    left: Left,
    items: PhantomData<T>,
}

enum Left {
    All,
    From(String),
    Nothing,
}

impl<'a, T: DeserializeOwned> Pages<'a, T> {
    /// The list at `url`.
    pub(super) fn new(client: &'a Client, url: Url) -> Self {
        Self { client, url, left: Left::All, items: PhantomData }
    }

    /// The next `limit` items or fewer, which may be an empty page; none at the end of the list.
    pub(in crate::cli) async fn next(&mut self, limit: usize) -> Result<Option<Vec<T>>, Failure> {
        let cursor = match &self.left {
            Left::All => None,
            Left::From(cursor) => Some(cursor),
            Left::Nothing => return Ok(None),
        };
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("limit", &limit.to_string());
        if let Some(cursor) = cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        let response = self.client.call(|http| http.get(url.clone())).await?;
        let page: Page<T> = answer::json(response, &self.client.server).await?;
        if page.next.is_some() && page.next.as_ref() == cursor {
            let cause = "its list does not go on".to_owned();
            return Err(answer::unintelligible(&self.client.server, cause));
        }
        self.left = page.next.map_or(Left::Nothing, Left::From);
        Ok(Some(page.items))
    }

    /// Whether the server said that there is more.
    pub(in crate::cli) fn has_more(&self) -> bool {
        matches!(self.left, Left::From(_))
    }
}
