//! The RPC's control plane: small questions and orders, through `ipfs-api-backend-hyper`.
//!
//! That crate brings the calls it knows and a frame for those it does not; here it gets bearer
//! authorization, a limit of time for each call and a limit of length for each answer. What a node
//! may fail to do after it has begun to answer is not asked through it: it passes over trailers.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use cid::Cid;
use futures::TryStreamExt as _;
use http_0_2::StatusCode;
use http_0_2::header::{HeaderName, HeaderValue};
use ipfs_api_backend_hyper::{Error, Form, IpfsApi as _, IpfsClient, TryFromUri as _};
use ipfs_api_prelude::{ApiRequest, Backend, BoxStream as Unpinned};
use serde::Serialize;

use super::NodeAddress;
use super::fault::{Fault, line};
use super::wire::{MAX_ANSWER_LEN, refused, within};

/// A node's control plane.
pub(super) struct Control {
    backend: Authorized,
    limit: Duration,
}

impl Control {
    /// `limit` holds for each call that does not say another.
    pub(super) fn new(address: &NodeAddress, limit: Duration) -> Result<Control, Fault> {
        let no_address = |_| Fault::Nonsense("an address".to_owned());
        let client = IpfsClient::from_str(&address.rpc.to_string()).map_err(no_address)?;
        let authorization = address.authorization.as_ref();
        let authorization = authorization.map(|shown| shown.header().as_bytes());
        let authorization = authorization.map(HeaderValue::from_bytes).transpose();
        let mut authorization =
            authorization.map_err(|_| Fault::Nonsense("an authorization".to_owned()))?;
        if let Some(authorization) = &mut authorization {
            authorization.set_sensitive(true);
        }
        Ok(Control { backend: Authorized { client, authorization }, limit })
    }

    /// The node's version, `0.43.0`.
    pub(super) async fn version(&self) -> Result<String, Fault> {
        let asked = async { self.backend.version().await.map_err(fault) };
        Ok(within(self.limit, "say its version", asked).await?.version)
    }

    /// Removes the recursive pin of `root`; whether there was one.
    pub(super) async fn unpin(&self, root: &Cid) -> Result<bool, Fault> {
        let root = root.to_string();
        let asked = async { self.backend.pin_rm(&root, true).await.map_err(fault) };
        match within(self.limit, "unpin", asked).await {
            Ok(_) => Ok(true),
            Err(Fault::Missing) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Pins `to` under the name of `from`, which stays pinned.
    pub(super) async fn pin_beside(&self, from: &Cid, to: &Cid) -> Result<(), Fault> {
        let unpin = "false".to_owned();
        let request =
            PinUpdate([("arg", from.to_string()), ("arg", to.to_string()), ("unpin", unpin)]);
        self.order(request, "pin a revision", self.limit).await
    }

    /// Whether the node itself has the block.
    pub(super) async fn has(&self, cid: &Cid) -> Result<bool, Fault> {
        let request = BlockStat { arg: &cid.to_string(), offline: true };
        let asked = async {
            self.backend.request::<_, serde_json::Value>(&request, None).await.map_err(fault)
        };
        match within(self.limit, "look for a block", asked).await {
            Ok(_) => Ok(true),
            Err(Fault::Missing) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Drops all blocks that are not what their names say, wherever they are in the repository.
    pub(super) async fn drop_damaged(&self, limit: Duration) -> Result<(), Fault> {
        // It ends with an error if there were any: that is what it is for.
        match self.order(RepoVerify { drop: true }, "verify its blocks", limit).await {
            Err(Fault::Refused { .. }) => Ok(()),
            done => done,
        }
    }

    async fn order<R: ApiRequest + Sync>(
        &self,
        request: R,
        doing: &'static str,
        limit: Duration,
    ) -> Result<(), Fault> {
        let asked = async { self.backend.request_empty(request, None).await.map_err(fault) };
        within(limit, doing, asked).await
    }
}

/// As pairs, since `arg` comes twice.
#[derive(Serialize)]
#[serde(transparent)]
struct PinUpdate([(&'static str, String); 3]);

impl ApiRequest for PinUpdate {
    const PATH: &'static str = "/pin/update";
}

#[derive(Serialize)]
struct BlockStat<'a> {
    arg: &'a str,
    offline: bool,
}

impl ApiRequest for &BlockStat<'_> {
    const PATH: &'static str = "/block/stat";
}

#[derive(Serialize)]
struct RepoVerify {
    drop: bool,
}

impl ApiRequest for RepoVerify {
    const PATH: &'static str = "/repo/verify";
}

fn fault(error: Error) -> Fault {
    match error {
        Error::Api(error) => refused(500, &error.message),
        Error::Client(error) => Fault::Unreachable(Box::new(error)),
        Error::IpfsClientError(error) => Fault::Nonsense(line(error.to_string().as_bytes())),
        other => Fault::Nonsense(line(other.to_string().as_bytes())),
    }
}

/// The crate's own client, which shows nothing but a user and a password, and reads on for ever.
struct Authorized {
    client: IpfsClient,
    authorization: Option<HeaderValue>,
}

#[async_trait]
impl Backend for Authorized {
    type HttpRequest = <IpfsClient as Backend>::HttpRequest;
    type HttpResponse = <IpfsClient as Backend>::HttpResponse;
    type Error = Error;

    fn build_base_request<R: ApiRequest>(
        &self,
        request: R,
        form: Option<Form<'static>>,
    ) -> Result<Self::HttpRequest, Error> {
        let mut request = self.client.build_base_request(request, form)?;
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert("authorization", authorization.clone());
        }
        Ok(request)
    }

    fn get_header(response: &Self::HttpResponse, key: HeaderName) -> Option<&HeaderValue> {
        response.headers().get(key)
    }

    async fn request_raw<R: ApiRequest>(
        &self,
        request: R,
        form: Option<Form<'static>>,
    ) -> Result<(StatusCode, Bytes), Error> {
        let request = self.build_base_request(request, form)?;
        let mut pieces = self.request_stream_bytes(request);
        let mut answer = BytesMut::new();
        while let Some(piece) = pieces.try_next().await? {
            answer.extend_from_slice(&piece);
            if answer.len() > MAX_ANSWER_LEN {
                let long = "an answer that is too long".to_owned();
                return Err(ipfs_api_prelude::Error::UnrecognizedApiError(long).into());
            }
        }
        Ok((StatusCode::OK, answer.freeze()))
    }

    fn response_to_byte_stream(response: Self::HttpResponse) -> Unpinned<Bytes, Error> {
        <IpfsClient as Backend>::response_to_byte_stream(response)
    }

    fn request_stream<T, F>(&self, request: Self::HttpRequest, process: F) -> Unpinned<T, Error>
    where
        F: 'static + Send + Fn(Self::HttpResponse) -> Unpinned<T, Error>,
    {
        self.client.request_stream(request, process)
    }

    fn with_credentials<U: Into<String>, P: Into<String>>(self, user: U, password: P) -> Self {
        Self { client: self.client.with_credentials(user, password), ..self }
    }
}
