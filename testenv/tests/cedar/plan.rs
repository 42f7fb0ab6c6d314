//! What of a set can be asked of a proxy, and the configuration that asks it.

use contract::{ConfigError, MemoryStore, NoProxyCrypto, Nowhere};
use pipeline::{Chain, Surroundings, compile};
use serde_json::Value;
use testenv::issuer::Key;

use crate::configuration::{Asked, Draft};
use crate::corpus::{Question, Set, Uid};
use crate::declared::Declared;
use crate::natural;
use crate::reason::Reason;

/// The end of the message by which [`Reason::AttributeNowhere`] is known. It is the one reason that is not read
/// off the corpus: to find out what policies ask for takes as much code as the filter has for it.
const NOWHERE: &str = "to which neither a claim is mapped nor any entity in `entities` has a value: it could never \
                       apply";

/// A set on its way to a proxy.
pub struct Plan {
    /// The name of the set.
    pub name: String,
    /// The requests to be asked.
    pub asked: Vec<Asked>,
    /// Why the others are not.
    pub unasked: Vec<Reason>,
    /// The plugin's configuration.
    pub configuration: String,
    /// What our compiler has against the configuration of a set that is not left out. It should have nothing.
    pub refusal: Option<ConfigError>,
}

impl Plan {
    pub fn new(set: &Set, key: &Key) -> Self {
        let declared = Declared::read(&set.schema);
        let draft = Draft::new(set, &declared);
        let (mut asked, mut unasked) = (Vec::new(), Vec::new());
        for (number, question) in set.questions.iter().enumerate() {
            match obstacle(set, question, &declared) {
                None => asked.push(draft.asked(number)),
                Some(reason) => unasked.push(reason),
            }
        }
        let configuration = draft.configuration(&asked, key).to_string();
        let plan = Self { name: set.name.clone(), asked, unasked, configuration, refusal: None };
        if plan.is_short() { plan } else { plan.checked() }
    }

    /// Whether more than half of the requests cannot be asked.
    const fn is_short(&self) -> bool {
        self.asked.len() < self.unasked.len()
    }

    fn checked(mut self) -> Self {
        self.refusal = refusal(&self.configuration);
        if self.refusal.as_ref().is_some_and(|error| error.message().ends_with(NOWHERE)) {
            self.unasked.extend(self.asked.drain(..).map(|_| Reason::AttributeNowhere));
            self.refusal = None;
        }
        self
    }

    /// Why the set is left out, if it is: what most of its requests have.
    pub fn left_out(&self) -> Option<Reason> {
        let count = |reason: &Reason| self.unasked.iter().filter(|other| *other == reason).count();
        Reason::ALL.into_iter().filter(|_| self.is_short()).max_by_key(count)
    }
}

/// Why a request cannot be asked.
fn obstacle(set: &Set, question: &Question, declared: &Declared) -> Option<Reason> {
    let Question { principal, action, resource, context, .. } = question;
    let is_lost = |uid: &Uid| declared.requires_attributes(&uid.type_name) && !set.knows(uid);
    let is_computed = || natural::form(&Value::Object(context.clone())).is_none();
    [
        (!set.is_valid, Reason::PoliciesInvalid),
        (declared.is_enumeration(&principal.type_name), Reason::PrincipalEnumerated),
        (declared.context_has_enumeration(action), Reason::ContextEnumerated),
        (is_lost(principal), Reason::PrincipalUnknown),
        (is_lost(resource), Reason::ResourceUnknown),
        (is_nameless(set, resource, declared), Reason::ResourceNameless),
        (resource.id.contains(['{', '}']), Reason::ResourceBraces),
        (is_computed(), Reason::ContextComputed),
    ]
    .into_iter()
    .find_map(|(is_so, reason)| is_so.then_some(reason))
}

fn is_nameless(set: &Set, resource: &Uid, declared: &Declared) -> bool {
    resource.id.is_empty() && !declared.is_enumeration(&resource.type_name) && !set.knows(resource)
}

/// What our compiler says natively, which is what it says in the proxy.
fn refusal(configuration: &str) -> Option<ConfigError> {
    let store = MemoryStore::default();
    let with = Surroundings { secrets: &Nowhere, store: &store, entropy: &Nowhere, crypto: &NoProxyCrypto };
    compile(configuration.as_bytes(), &[&jwt::Jwt, &authz::Authz], Chain::Whole, &with).err()
}
