//! From a question of the protocol to Limitador's, and back.

use std::collections::HashMap;
use std::error::Error;
use std::fs;

use limitador::limit::{Context, Limit};
use testenv_rls::{RateLimitDescriptor, RateLimitRequest, RateLimitResponse};

use crate::limiter::{Failure, Limiter};
use crate::options::Options;
use crate::says::Says;

/// Answers questions.
pub(crate) struct Engine {
    limiter: Limiter,
    says: Says,
}

impl Engine {
    /// One with the limits of a file.
    pub(crate) async fn new(options: &Options) -> Result<Self, Failure> {
        let named = |error: &dyn Error| format!("{}: {error}", options.limits.display());
        let text = fs::read_to_string(&options.limits).map_err(|error| named(&error))?;
        let limits: Vec<Limit> = serde_norway::from_str(&text).map_err(|error| named(&error))?;
        let limiter = Limiter::new(limits, options.redis.as_deref()).await?;
        Ok(Self { limiter, says: options.says })
    }

    /// The answer: `UNKNOWN` where no domain is named, and `OK` where nothing limits.
    pub(crate) async fn answer(&self, question: RateLimitRequest) -> Result<RateLimitResponse, Failure> {
        if question.domain.is_empty() {
            return Ok(RateLimitResponse::default());
        }
        let namespace = question.domain.into();
        let context = context(&question.descriptors);
        let hits = u64::from(question.hits_addend.max(1));
        let result = self.limiter.spend(&namespace, &context, hits).await?;
        Ok(self.says.answer(result, question.descriptors.len()))
    }
}

/// What conditions and variables of limits speak of.
fn context(descriptors: &[RateLimitDescriptor]) -> Context<'static> {
    let entries = |descriptor: &RateLimitDescriptor| -> HashMap<String, String> {
        descriptor.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    };
    let mut context = Context::default();
    context.list_binding("descriptors".to_owned(), descriptors.iter().map(entries).collect());
    context
}

#[cfg(test)]
mod tests {
    use testenv_rls::{Code, Entry};

    use super::*;

    const LIMITS: &str = r#"
- namespace: shop
  name: gold
  max_value: 3
  seconds: 60
  conditions: ["descriptors[0].tier == 'gold'"]
  variables: ["descriptors[0].tenant"]
"#;

    async fn engine(says: Says) -> Engine {
        let limits = serde_norway::from_str(LIMITS).unwrap();
        Engine { limiter: Limiter::new(limits, None).await.unwrap(), says }
    }

    fn question(domain: &str, entries: &[(&str, &str)], hits_addend: u32) -> RateLimitRequest {
        let entry =
            |(key, value): &(&str, &str)| Entry { key: (*key).to_owned(), value: (*value).to_owned() };
        let descriptor = RateLimitDescriptor { entries: entries.iter().map(entry).collect() };
        RateLimitRequest { domain: domain.to_owned(), descriptors: vec![descriptor], hits_addend }
    }

    #[tokio::test]
    async fn counts_by_the_parts_of_the_first_descriptor() {
        let engine = engine(Says::Nothing).await;
        for (domain, tier, tenant, hits, code) in [
            ("shop", "gold", "acme", 2, Code::Ok),
            ("shop", "gold", "acme", 2, Code::OverLimit),
            ("shop", "gold", "other", 3, Code::Ok),
            ("shop", "gold", "acme", 0, Code::Ok),
            ("shop", "gold", "acme", 0, Code::OverLimit),
            ("shop", "silver", "acme", 9, Code::Ok),
            ("other", "gold", "acme", 9, Code::Ok),
            ("", "gold", "acme", 1, Code::Unknown),
        ] {
            let question = question(domain, &[("tier", tier), ("tenant", tenant)], hits);
            let answer = engine.answer(question.clone()).await.unwrap();
            assert_eq!(answer.overall_code(), code, "{question:?}");
            assert_eq!((answer.statuses, answer.response_headers_to_add), (vec![], vec![]));
        }
    }

    #[tokio::test]
    async fn tells_what_is_left_in_either_way() {
        let ask = question("shop", &[("tier", "gold"), ("tenant", "acme")], 2);
        let answer = engine(Says::Statuses).await.answer(ask.clone()).await.unwrap();
        let status = answer.statuses.first().unwrap();
        let limit = status.current_limit.as_ref().unwrap();
        assert_eq!((limit.requests_per_unit, limit.name.as_str()), (3, "gold"));
        assert_eq!((status.limit_remaining, status.code()), (1, Code::Ok));
        assert!((58..=60).contains(&status.duration_until_reset.unwrap().seconds));

        let answer = engine(Says::Headers).await.answer(ask).await.unwrap();
        let header = |name: &str| {
            let mut headers = answer.response_headers_to_add.iter();
            headers.find(|header| header.key == name).map(|header| header.value.clone())
        };
        assert_eq!(header("X-RateLimit-Limit").as_deref(), Some("3, 3;w=60;name=\"gold\""));
        assert_eq!(header("X-RateLimit-Remaining").as_deref(), Some("1"));
        assert!(header("X-RateLimit-Reset").is_some());
    }
}
