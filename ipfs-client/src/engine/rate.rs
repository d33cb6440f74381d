//! How fast a background job may read.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A bound on bytes per second, over all that is read under it.
#[derive(Debug)]
pub struct ReadRate {
    /// Nanoseconds that one byte takes; zero without a bound.
    byte_ns: f64,
    /// When what was announced so far may have been read.
    next: Mutex<Option<Instant>>,
}

impl ReadRate {
    /// As fast as it goes.
    pub fn unbounded() -> ReadRate {
        ReadRate { byte_ns: 0.0, next: Mutex::new(None) }
    }

    /// So many bytes a second at most, and at least one.
    pub fn per_second(bytes: u64) -> ReadRate {
        #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
        let byte_ns = 1e9 / bytes.max(1) as f64;
        ReadRate { byte_ns, next: Mutex::new(None) }
    }

    /// Waits until `bytes` more may be read.
    pub async fn spend(&self, bytes: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
        let takes = Duration::from_secs_f64(bytes as f64 * self.byte_ns / 1e9);
        if takes.is_zero() {
            return;
        }
        let until = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let until = next.map_or(now, |next| next.max(now)) + takes;
            *next = Some(until);
            until
        };
        sleep_until(until).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_read_takes_its_time_and_no_time_is_saved_up() {
        let (rate, begin) = (ReadRate::per_second(1000), Instant::now());
        rate.spend(500).await;
        rate.spend(1500).await;
        assert_eq!(begin.elapsed().as_secs(), 2);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let begin = Instant::now();
        rate.spend(3000).await;
        assert_eq!(begin.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_bound_nobody_waits() {
        let begin = Instant::now();
        ReadRate::unbounded().spend(u64::MAX).await;
        assert!(begin.elapsed().is_zero());
    }
}
