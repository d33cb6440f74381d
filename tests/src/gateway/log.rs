//! What a gateway that logs as JSON has written of its requests.

use serde_json::Value;

use super::Home;
use crate::wait;

impl Home {
    /// The lines of all requests so far, in the order in which they ended.
    ///
    /// # Panics
    /// If such a line is not JSON.
    #[must_use]
    pub fn request_lines(&self) -> Vec<Value> {
        let log = self.log();
        // The last line may not be there to its end.
        let whole = log.rfind('\n').map_or("", |end| &log[..end]);
        let lines = whole.lines().filter(|line| line.contains(r#""target":"cidlock::request""#));
        lines
            .map(|line| {
                let line: Value = serde_json::from_str(line).expect("a line is JSON");
                assert_eq!(line["level"], "INFO", "{line}");
                line["fields"].clone()
            })
            .collect()
    }

    /// The line of the request with this id, once it is there.
    pub async fn request_line(&self, request_id: &str) -> Value {
        wait::until(format!("the line of the request {request_id}"), async || {
            self.request_lines().into_iter().find(|line| line["request_id"] == request_id)
        })
        .await
    }
}
