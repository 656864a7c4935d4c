//! How the story is told: each step as it happens, over which protocol, how long it took, and the evidence.

use std::time::{Duration, Instant};

/// The narrator: counts what held and what did not.
pub struct Teller {
    chapter: usize,
    pub held: usize,
    pub failed: usize,
}

impl Teller {
    pub fn new() -> Teller {
        Teller { chapter: 0, held: 0, failed: 0 }
    }

    pub fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        println!("\n{}. {title}", self.chapter);
    }

    /// Do one step and say how it went. What it answers is handed on; a failed step ends the story.
    pub async fn step<T>(
        &mut self,
        what: &str,
        over: &str,
        doing: impl Future<Output = Result<(T, String), String>>,
    ) -> Result<T, String> {
        let start = Instant::now();
        let outcome = doing.await;
        let took = start.elapsed();
        match outcome {
            Ok((answer, evidence)) => {
                self.held += 1;
                println!("   ✓ {what}");
                println!("     {over} · {} · {evidence}", took_text(took));
                Ok(answer)
            }
            Err(why) => {
                self.failed += 1;
                println!("   ✗ {what}");
                println!("     {over} · {} · {why}", took_text(took));
                Err(format!("{what}: {why}"))
            }
        }
    }
}

/// Try until it is so, or until the time is over. Answers how long it took.
pub async fn until<T>(
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<Option<T>, String>,
) -> Result<(T, Duration), String> {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt().await? {
            return Ok((found, start.elapsed()));
        }
        if start.elapsed() > limit {
            return Err(format!("did not happen within {}", took_text(limit)));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn took_text(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{:.0} ms", took.as_secs_f64() * 1000.0)
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}
