//! What each route takes, found out once.

use std::rc::Rc;

use contract::{ConfigError, Route};

use super::Credentials;
use crate::place::{Places, Purpose};
use crate::profile::Profile;
use crate::provider::Provider;
use crate::stage::Accepts;

/// What the route `route`, the row `index` of the table, takes of this stage's credentials.
///
/// # Errors
/// When one credential could be judged by the rules of two.
pub(super) fn accepts(
    index: usize,
    route: &Route,
    credentials: &Credentials,
) -> Result<Option<Accepts>, ConfigError> {
    let path = match route.is_unknown() {
        true => "unknown_route".to_owned(),
        false => format!("routes[{index}].authenticate"),
    };
    let rule = &route.authenticate;
    let providers = credentials.providers.iter().filter(|provider| rule.accepts(&provider.name));
    let providers: Vec<_> = providers.map(Rc::clone).collect();
    let sets = credentials.api_keys.iter().filter(|(_, set)| rule.accepts(&set.name));
    let sets: Vec<_> = sets.map(|(source, set)| (source.clone(), Rc::clone(set))).collect();
    let ours: Vec<&str> = providers
        .iter()
        .map(|provider| provider.name.as_str())
        .chain(sets.iter().map(|(_, set)| set.name.as_str()))
        .collect();
    let Some(first) = ours.first() else { return Ok(None) };
    let foreign = rule.providers().iter().find(|name| !ours.contains(&name.as_str()));
    if let Some(foreign) = foreign {
        let message = format!("`{first}` and `{foreign}` take different credentials: name one kind only");
        return Err(ConfigError::at(path, message));
    }
    check_told_apart(&providers).map_err(|message| ConfigError::at(path, message))?;
    let tokens = credentials.sources.iter().filter(|_| !providers.is_empty());
    let tokens = tokens.map(|source| (source.clone(), Purpose::Token));
    let keys = sets.into_iter().map(|(source, set)| (source, Purpose::ApiKey(set)));
    Ok(Some(Accepts { places: Places::new(tokens.chain(keys)), providers }))
}

/// That what a token says of itself chooses one provider: each issuer once, and no kind beside JWT-SVIDs that
/// looks like one.
fn check_told_apart(providers: &[Rc<Provider>]) -> Result<(), &'static str> {
    let comes_again = |(index, provider): (usize, &Rc<Provider>)| {
        providers.iter().take(index).any(|earlier| earlier.rules.issuer == provider.rules.issuer)
    };
    if providers.iter().enumerate().any(comes_again) {
        return Err("two of its providers have the same issuer");
    }
    let svids = providers.iter().any(|provider| provider.profile == Profile::JwtSvid);
    match svids && !providers.iter().all(|provider| provider.profile.is_told_from_svids()) {
        true => Err("beside `jwt_svid` only `access_token` can be told apart"),
        false => Ok(()),
    }
}
