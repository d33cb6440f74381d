//! Address ranges in CIDR notation, of which only the form is checked here.

use std::net::IpAddr;

/// Whether a text is an address range in its one spelling: `10.0.0.0/8`, `2001:db8::/32`, with no
/// bit set beyond the prefix.
pub(super) fn is(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else {
        return false;
    };
    let (Ok(address), Ok(prefix)) = (address.parse::<IpAddr>(), prefix.parse::<u8>()) else {
        return false;
    };
    let (bits, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let host_len = u32::from(width) - u32::from(prefix).min(u32::from(width));
    let host_mask = 1u128.checked_shl(host_len).map_or(u128::MAX, |bit| bit - 1);
    prefix <= width && bits & host_mask == 0 && format!("{address}/{prefix}") == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_one_spelling() {
        for good in ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.7/32", "::/0", "2001:db8::/32", "::1/128"]
        {
            assert!(is(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.1/8",
            "10.0.0/8",
            "010.0.0.0/8",
            "2001:DB8::/32",
            "2001:db8:0::/32",
            "::1/127",
            "::/129",
            "fe80::1%eth0/128",
            " 10.0.0.0/8",
            "10.0.0.0/8 ",
            "example.org/8",
        ] {
            assert!(!is(bad), "{bad}");
        }
    }
}
