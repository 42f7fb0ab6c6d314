//! The examples in `envoy/policies`: every request of their tables gets the decision that stands there, by the
//! code that runs in the filter. Each policy must be seen at work at least once.

#[cfg(test)]
mod case;
#[cfg(test)]
mod example;
#[cfg(test)]
mod world;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::example::{Example, folders};

    #[test]
    fn every_request_of_every_example_is_decided_as_its_table_says() {
        let (mut requests, mut faults) = (0, Vec::new());
        for folder in folders() {
            let example = Example::read(&folder);
            let mut at_work = BTreeSet::new();
            for case in &example.table.cases {
                requests += 1;
                match example.decide(case).check(case) {
                    Ok(policies) => at_work.extend(policies),
                    Err(fault) => faults.push(format!("{}: {}: {fault}", example.name, case.name)),
                }
            }
            let idle: Vec<_> = example.policies().difference(&at_work).cloned().collect();
            if !idle.is_empty() {
                faults.push(format!("{}: no case shows {} at work", example.name, idle.join(", ")));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(requests >= 50, "only {requests} requests: tables are missing");
    }

    #[test]
    fn every_example_can_be_made_a_bundle() {
        for folder in folders() {
            let example = Example::read(&folder);
            let validated = authz::validate(example.content());
            let validated = validated.unwrap_or_else(|error| panic!("{}: {error}", example.name));
            assert_eq!(validated.policies, example.policies().len(), "{}", example.name);
        }
    }
}
