//! `[tokens]`: who issues them and how long they live.

use cidlock_crypto::Realm;

use super::amount::{DAY, HOUR, MINUTE};
use super::rule::Rule;
use super::table::table;

const REALM: Rule = Rule::Text {
    name: "NAME",
    must: "1 to 200 visible ASCII characters",
    holds: |text| Realm::parse(text).is_ok(),
};

table! {
    /// Issuer and lifetimes; a verifier refuses any token that lives longer than its type may.
    pub struct TokensConfig for tokens {
        /// The realm: issuer and audience of every token. Chosen once, at the first start; later it
        /// only says which key set is expected.
        realm: Option<String> = None, REALM, otherwise("at the first start a fresh `urn:uuid:`");
        /// Lifetime of an access token.
        access_lifetime_s: u64 = 600, Rule::Seconds(10..=HOUR);
        /// How long a session lives without being refreshed.
        refresh_lifetime_s: u64 = 30 * DAY, Rule::Seconds(MINUTE..=366 * DAY);
        /// How long a session lives in all.
        session_lifetime_s: u64 = 180 * DAY, Rule::Seconds(MINUTE..=3660 * DAY);
        /// Lifetime of a link that asks for none.
        share_default_lifetime_s: u64 = 7 * DAY, Rule::Seconds(1..=3660 * DAY),
            at_most("tokens.share_max_lifetime_s");
        /// The longest lifetime of a link.
        share_max_lifetime_s: u64 = 90 * DAY, Rule::Seconds(1..=3660 * DAY);
    }
}
