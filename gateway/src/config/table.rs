//! A concern of the configuration: a struct whose fields are settings.

use super::field::Field;

/// What is known of one concern.
#[derive(Debug)]
pub struct Table {
    /// Its name in the file; empty for what stands above all tables.
    pub name: &'static str,
    /// What it is about, as sentences of Markdown.
    pub about: &'static str,
    /// Its settings, in the order in which they are shown.
    pub fields: &'static [Field],
}

/// Declares a concern: the struct, its `Default`, and what is known of it as its `TABLE`.
///
/// A field is `name: Type = default, rule`, where the rule has the unit and the limits, followed by
/// what else there is to it: the setters of [`Field`], `flag("listen")` and so on. Its doc comment is
/// also what help and documentation say, so it speaks to an operator.
macro_rules! table {
    (
        $(#[doc = $about:literal])*
        pub struct $Table:ident for $at:ident {
            $(
                $(#[doc = $meaning:literal])*
                $name:ident: $Type:ty = $default:expr, $rule:expr $(, $with:ident($what:expr))*;
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone)]
        pub struct $Table {
            $(
                $(#[doc = $meaning])*
                #[doc = concat!(
                    "\n\nDefault `", stringify!($default), "`; must be `", stringify!($rule), "`."
                )]
                pub $name: $Type,
            )*
        }

        impl Default for $Table {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl $Table {
            pub(super) const TABLE: $crate::config::Table = $crate::config::Table {
                name: stringify!($at),
                about: concat!($($about, "\n"),*),
                fields: &[$(
                    $crate::config::Field::new(
                        concat!(stringify!($at), ".", stringify!($name)),
                        concat!($($meaning, "\n"),*),
                        $rule,
                        |config| $crate::config::value::Held::to_value(&config.$at.$name),
                        |config, value| {
                            config.$at.$name = $crate::config::value::Held::from_value(value)?;
                            Some(())
                        },
                    )
                    $(.$with($what))*
                ),*],
            };
        }
    };
}

pub(super) use table;
