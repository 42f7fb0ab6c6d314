//! A text that would exhaust the parser's stack is refused before the parser sees it.

use super::fault::Fault;
use super::lexer::{Token, tokens};

/// How deep brackets and `if` may nest in one policy, brackets in one schema.
///
/// Cedar's parser recurses into both, about nine calls per level, and a module has no guard page: measured
/// in Envoy 1.40, the built module traps at about 90 levels with the default wasm stack of 1 MiB and
/// beyond 500 with the 8 MiB it is linked with. This is below even the smaller of the two.
pub const MAX_NESTING: usize = 64;

/// How many operators (`&&`, `||`, `.`, `+`, `-`, `*`), indexes on indexes (`a["b"]["c"]`) and clauses
/// (`when`, `unless`) one policy may have.
///
/// Cedar joins the clauses of a policy with `&&`, and an index is a `.` in brackets. A chain of them is a
/// tree as deep as it is long, which validator and evaluator descend. By their source that is a handful of
/// calls per operator where a level of brackets costs about nine of the parser, so this many weigh less than
/// the 500 levels of brackets that the built module was measured to survive.
pub const MAX_OPERATORS: usize = 512;

/// How often a schema may say `type`. A type can be made of another, and that of a third: so a chain of names is as
/// deep as it is long, without a bracket. With [`MAX_NESTING`] in each this stays below what the stack takes.
pub const MAX_TYPE_NAMES: usize = 128;

/// Which brackets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// In policies `<` compares.
    Policies,
    /// In schemas `<` opens the element type of a set.
    Schema,
}

/// Refuse a text that nests deeper than the bounds.
pub(super) fn check(text: &str, grammar: Grammar) -> Result<(), Fault> {
    let (mut depth, mut type_names) = (Depth::default(), 0_usize);
    for (at, token) in tokens(text) {
        depth.take(token, grammar);
        type_names = type_names.saturating_add(usize::from(token == Token::Word("type")));
        if grammar == Grammar::Schema && type_names > MAX_TYPE_NAMES {
            return Err(Fault::at(at, format!("more than {MAX_TYPE_NAMES} names of types")));
        }
        if depth.levels > MAX_NESTING {
            return Err(Fault::at(at, format!("nested deeper than {MAX_NESTING} levels")));
        }
        if depth.operators > MAX_OPERATORS {
            return Err(Fault::at(at, format!("more than {MAX_OPERATORS} operators in one policy")));
        }
    }
    Ok(())
}

/// An upper bound of the depth at one place of the text.
#[derive(Default)]
struct Depth {
    levels: usize,
    operators: usize,
    /// The levels outside of each open bracket.
    outside: Vec<usize>,
    /// Whether the last token closed a bracket: one that opens now takes the value before it apart.
    closed: bool,
}

impl Depth {
    fn take(&mut self, token: Token<'_>, grammar: Grammar) {
        let follows_value = std::mem::replace(&mut self.closed, token == Token::Close);
        match token {
            Token::Open if follows_value && grammar == Grammar::Policies => {
                self.operate();
                self.open();
            }
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Symbol('<') if grammar == Grammar::Schema => self.open(),
            Token::Symbol('>') if grammar == Grammar::Schema => self.close(),
            // It ends only with the bracket around it: in `if a then b else if …` each one lies in the last.
            Token::Word("if") => self.levels = self.levels.saturating_add(1),
            Token::Symbol(';') if self.outside.is_empty() => *self = Self::default(),
            Token::Word("when" | "unless") if grammar == Grammar::Policies => self.operate(),
            Token::Symbol('&' | '|' | '.' | '+' | '-' | '*') => self.operate(),
            Token::Symbol(_) | Token::Word(_) | Token::Text(_) => {}
        }
    }

    fn operate(&mut self) {
        self.operators = self.operators.saturating_add(1);
    }

    fn open(&mut self) {
        self.outside.push(self.levels);
        self.levels = self.levels.saturating_add(1);
    }

    fn close(&mut self) {
        self.levels = self.outside.pop().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(open: &str, close: &str, levels: usize) -> String {
        format!("{}{}", open.repeat(levels), close.repeat(levels))
    }

    #[test]
    fn counts_whatever_the_parser_recurses_into() {
        for (grammar, open, close) in [
            (Grammar::Policies, "(", ")"),
            (Grammar::Policies, "[", "]"),
            (Grammar::Policies, "{", "}"),
            (Grammar::Policies, "if true then 1 else ", ""),
            (Grammar::Schema, "{", "}"),
            (Grammar::Schema, "Set<", ">"),
        ] {
            assert_eq!(check(&nested(open, close, MAX_NESTING), grammar), Ok(()), "{open}");
            assert!(check(&nested(open, close, MAX_NESTING + 1), grammar).is_err(), "{open}");
        }
    }

    #[test]
    fn counts_whatever_becomes_a_deep_tree_side_by_side() {
        for link in ["a.b ", "a && b ", "when {true} ", "unless {true} "] {
            assert_eq!(check(&link.repeat(MAX_OPERATORS), Grammar::Policies), Ok(()), "{link}");
            for links in [MAX_OPERATORS + 1, 100_000] {
                assert!(check(&link.repeat(links), Grammar::Policies).is_err(), "{links} {link}");
            }
        }
        let indexed = |links: usize| format!("a{}", "[\"b\"]".repeat(links));
        assert_eq!(
            check(&indexed(MAX_OPERATORS + 1), Grammar::Policies),
            Ok(()),
            "the first is not counted"
        );
        assert!(check(&indexed(100_000), Grammar::Policies).is_err());
    }

    #[test]
    fn counts_neither_what_lies_side_by_side_nor_strings_and_comments() {
        let many = MAX_OPERATORS * 2;
        for text in [
            "(a < b),",
            "\"((\"",
            "// ((\n",
            "(if a then b else c),",
            "a.b && c;",
            "if (a) { };",
            "when {a};",
        ] {
            assert_eq!(check(&text.repeat(many), Grammar::Policies), Ok(()), "{text}");
        }
    }

    #[test]
    fn counts_names_of_types_in_schemas() {
        let chain = |names: usize| (0..names).map(|n| format!("type T{n} = Set<T>;")).collect::<String>();
        assert_eq!(check(&chain(MAX_TYPE_NAMES), Grammar::Schema), Ok(()));
        assert!(check(&chain(MAX_TYPE_NAMES + 1), Grammar::Schema).is_err());
        assert_eq!(check(&"type ".repeat(1_000), Grammar::Policies), Ok(()));
    }

    #[test]
    fn says_where_it_became_too_deep() {
        let fault = check(&"(".repeat(MAX_NESTING + 9), Grammar::Policies).unwrap_err();
        assert_eq!(fault, Fault::at(MAX_NESTING, format!("nested deeper than {MAX_NESTING} levels")));
    }
}
