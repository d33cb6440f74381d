//! What a person sees when a link does not open: a problem as a page.
//!
//! Only for a browser that navigates to content; programs get RFC 9457 whatever they accept.

use axum::extract::Request;
use axum::response::{Html, IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue, VARY};

use super::Problem;

/// The page has one style of its own and nothing else.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");

/// Whether a person is looking: a browser that opens a link asks for HTML.
pub(super) fn is_wanted(request: &Request) -> bool {
    let mut accepted = request.headers().get_all(ACCEPT).iter();
    request.uri().path().starts_with("/files/")
        && accepted.any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// The problem, with what to do about it as far as a person can.
pub(super) fn render(problem: &Problem, request_id: &str) -> Response {
    let again = "Ask whoever sent it to you for a new one.";
    let (title, text) = match problem.code() {
        "token_revoked" => ("This link was taken back", again.to_owned()),
        "token_expired" => ("This link has expired", again.to_owned()),
        "token_invalid" => ("This link is not valid", again.to_owned()),
        "unauthenticated" => {
            ("This link is not complete", "Was it cut off where you copied it from?".to_owned())
        }
        "no_such_file" => {
            let text = "It was deleted, or kept only for a time that is over.";
            ("This file is no longer there", text.to_owned())
        }
        _ => {
            let advice = "If it should work, tell whoever sent you the link the number below.";
            (problem.title(), format!("{} {advice}", problem.detail()))
        }
    };
    let (title, text) = (escaped(title), escaped(&text));
    let request_id = escaped(request_id);
    let page = format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n\
         <style>\n\
         :root {{ color-scheme: light dark }}\n\
         body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem }}\n\
         h1 {{ font-size: 1.5rem; margin: 0 }}\n\
         small {{ opacity: .6; overflow-wrap: anywhere }}\n\
         </style>\n\
         <h1>{title}</h1>\n\
         <p>{text}</p>\n\
         <p><small>{request_id}</small></p>\n\
         </html>\n"
    );
    let mut response = (problem.status(), Html(page)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(VARY, HeaderValue::from_static("accept"));
    problem.add_headers(headers);
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, accept: &str) -> Request {
        let request = Request::builder().uri(path).header(ACCEPT, accept);
        request.body(axum::body::Body::empty()).unwrap()
    }

    #[test]
    fn a_page_is_for_a_browser_that_opens_content() {
        let browser = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
        for (path, accept, wanted) in [
            ("/files/bafy/a?token=x", browser, true),
            ("/files/bafy/a?token=x", "*/*", false),
            ("/files/bafy/a?token=x", "image/avif,*/*", false),
            ("/v1/files", browser, false),
        ] {
            assert_eq!(is_wanted(&request(path, accept)), wanted, "{path} {accept}");
        }
    }

    #[test]
    fn nothing_in_a_page_is_markup_but_its_own() {
        assert_eq!(escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
