//! How values that SQL has no type for lie in a column.
//!
//! What does not fit (a length beyond 2^63, a negative time, text that is no CID) is an error of
//! the column, on the way in as on the way out.

use cid::Cid;
use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::types::{Json, Uuid};
use sqlx::{Database, Decode, Encode, Type};

macro_rules! column {
    ($(#[$doc:meta])* $name:ident($value:ty) as $stored:ty, $write:expr, $read:expr) => {
        $(#[$doc])*
        pub(in crate::store) struct $name(pub(in crate::store) $value);

        impl<DB: Database> Type<DB> for $name
        where
            $stored: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$stored as Type<DB>>::type_info()
            }

            fn compatible(found: &DB::TypeInfo) -> bool {
                <$stored as Type<DB>>::compatible(found)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $name
        where
            $stored: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let write: fn(&$value) -> Result<$stored, BoxDynError> = $write;
                <$stored as Encode<'q, DB>>::encode(write(&self.0)?, buffer)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name
        where
            $stored: Decode<'r, DB>,
        {
            fn decode(stored: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let read: fn($stored) -> Result<$value, BoxDynError> = $read;
                Ok(Self(read(<$stored as Decode<'r, DB>>::decode(stored)?)?))
            }
        }

        impl From<$name> for $value {
            fn from(column: $name) -> Self {
                column.0
            }
        }
    };
}

column! {
    /// A number or a length.
    Number(u64) as i64,
    |number| Ok(i64::try_from(*number)?),
    |stored| Ok(u64::try_from(stored)?)
}

column! {
    /// A time.
    Time(UnixTime) as i64,
    |time| Ok(i64::try_from(time.0)?),
    |stored| Ok(UnixTime(u64::try_from(stored)?))
}

column! {
    /// A time that something may not have.
    MaybeTime(Option<UnixTime>) as Option<i64>,
    |time| Ok(time.map(|time| i64::try_from(time.0)).transpose()?),
    |stored| Ok(stored.map(u64::try_from).transpose()?.map(UnixTime))
}

column! {
    /// An object's id, as a UUID.
    Object(ObjectId) as Uuid,
    |id| Ok(Uuid::from_bytes(*id.as_bytes())),
    |stored| Ok(ObjectId::parse(&stored.to_string())?)
}

column! {
    /// An object's id that something may not have.
    MaybeObject(Option<ObjectId>) as Option<Uuid>,
    |id| Ok(id.map(|id| Uuid::from_bytes(*id.as_bytes()))),
    |stored| Ok(stored.map(|id| ObjectId::parse(&id.to_string())).transpose()?)
}

column! {
    /// A CID, as text in its usual base.
    CidText(Cid) as String,
    |cid| Ok(cid.to_string()),
    |stored| Ok(stored.parse()?)
}

column! {
    /// A CID that something may not have.
    MaybeCid(Option<Cid>) as Option<String>,
    |cid| Ok(cid.map(|cid| cid.to_string())),
    |stored| Ok(stored.map(|text| text.parse()).transpose()?)
}

column! {
    /// CIDs, as an array of texts.
    CidList(Vec<Cid>) as Json<Vec<String>>,
    |cids| Ok(Json(cids.iter().map(Cid::to_string).collect())),
    |stored| Ok(stored.0.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
}

/// Where a list in the order of objects' ids goes on: behind this one, or at its beginning.
pub(super) fn behind(after: Option<ObjectId>) -> Uuid {
    after.map_or(Uuid::nil(), |id| Uuid::from_bytes(*id.as_bytes()))
}
