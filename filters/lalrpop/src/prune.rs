//! Generated parsers without the productions that their tables never name, and with one type of symbols.

use std::collections::HashSet;
use std::fmt;

/// The text is not of the form that is understood: of another version of the generator, most likely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The parser that it was found in.
    pub parser: String,
    /// What is missing there.
    pub missing: &'static str,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot prune the parser `{}`: it has no {}", self.parser, self.missing)
    }
}

impl std::error::Error for Unknown {}

/// Take out the arms that no table names: a parser reduces by nothing but what its tables say, so they are never
/// reached. And let all parsers have the first one's type of symbols, where it is theirs word by word.
///
/// # Errors
/// When a parser has no tables, or no arm for a production that they name.
pub fn prune(generated: &str) -> Result<String, Unknown> {
    let (mut pruned, mut symbols) = (String::new(), None);
    let mut lines = generated.lines();
    while let Some(line) = lines.next() {
        push(&mut pruned, line);
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
            let parser = Parser { name, body: &body };
            parser.write(&mut symbols, &mut pruned)?;
            push(&mut pruned, "}");
        }
    }
    Ok(pruned)
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The module of one entry of the grammar.
#[derive(Clone, Copy)]
struct Parser<'b, 'a> {
    name: &'a str,
    body: &'b [&'a str],
}

/// The symbols of the first parser, and its name.
type Symbols<'a> = Option<(&'a str, Vec<&'a str>)>;

const SYMBOLS: &str = "    pub(crate) enum __Symbol";
const TABLES: [&str; 2] = ["    const __ACTION: ", "    const __EOF_ACTION: "];
const REDUCTIONS: [&str; 2] = ["    fn __reduce<", "    fn __simulate_reduce<"];

impl<'a> Parser<'_, 'a> {
    fn write(self, symbols: &mut Symbols<'a>, pruned: &mut String) -> Result<(), Unknown> {
        // Modules of tokens, which are beside those of parsers.
        if !self.name.starts_with("__parse__") {
            self.body.iter().for_each(|line| push(pruned, line));
            return Ok(());
        }
        let named = self.named()?;
        let mut lines = self.body.iter().copied();
        while let Some(line) = lines.next() {
            if line.starts_with(SYMBOLS) {
                let declared = block(line, "    }", &mut lines);
                self.write_symbols(declared, symbols, pruned);
            } else if REDUCTIONS.iter().any(|function| line.starts_with(function)) {
                let function = block(line, "    }", &mut lines);
                self.write_arms(&function, &named, pruned)?;
            } else {
                push(pruned, line);
            }
        }
        Ok(())
    }

    fn write_symbols(self, declared: Vec<&'a str>, symbols: &mut Symbols<'a>, pruned: &mut String) {
        let (owner, first) = symbols.get_or_insert_with(|| (self.name, declared.clone()));
        if *owner != self.name && *first == declared {
            push(pruned, &format!("    use super::{owner}::__Symbol;"));
        } else {
            declared.iter().for_each(|line| push(pruned, line));
        }
    }

    fn write_arms(
        self,
        function: &[&str],
        named: &HashSet<u32>,
        pruned: &mut String,
    ) -> Result<(), Unknown> {
        let mut missing = named.clone();
        let mut lines = function.iter().copied();
        while let Some(line) = lines.next() {
            let Some((production, opens)) = arm(line) else {
                push(pruned, line);
                continue;
            };
            let arm = if opens { block(line, "            }", &mut lines) } else { vec![line] };
            if named.contains(&production) {
                arm.iter().for_each(|line| push(pruned, line));
                missing.remove(&production);
            }
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(self.without("arm for a production that its tables name"))
        }
    }

    /// The productions that the tables name: production `n` stands there as `-(n + 1)`.
    fn named(self) -> Result<HashSet<u32>, Unknown> {
        let mut named = HashSet::new();
        for table in TABLES {
            let start = self.body.iter().position(|line| line.starts_with(table));
            let start = start.ok_or_else(|| self.without("table of actions"))?;
            let rows = self.body.iter().skip(start).take_while(|line| **line != "    ];");
            let rows = rows.map(|row| row.trim()).filter(|row| !row.starts_with("//"));
            let entries = rows.flat_map(|row| row.split(',')).map(str::trim);
            let reductions = entries.filter_map(|entry| entry.strip_prefix('-')?.parse::<u32>().ok());
            named.extend(reductions.filter_map(|number| number.checked_sub(1)));
        }
        if named.is_empty() { Err(self.without("production in its tables")) } else { Ok(named) }
    }

    fn without(self, missing: &'static str) -> Unknown {
        Unknown { parser: self.name.to_owned(), missing }
    }
}

/// The lines from `first` to the one that ends the block.
fn block<'a>(first: &'a str, end: &str, lines: &mut impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut block = vec![first];
    for line in lines {
        block.push(line);
        if line == end {
            break;
        }
    }
    block
}

/// The production that the arm is for which begins with this line, and whether it goes on below.
fn arm(line: &str) -> Option<(u32, bool)> {
    let (production, rest) = line.strip_prefix("            ")?.split_once(" => ")?;
    Some((production.parse().ok()?, rest == "{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the original writes it: the tables name the productions 1 and 2.
    fn parser(name: &str) -> String {
        let arms = |call: &str| {
            (0..4)
                .map(|n| format!("            {n} => {{\n                {call}{n}()\n            }}\n"))
                .collect::<String>()
        };
        format!(
            "mod __parse__{name} {{\n    pub(crate) enum __Symbol<'input>\n     {{\n        Variant0(usize),\n    }}\n    \
             const __ACTION: &[i8] = &[\n        // State 0\n        5, 0, -2,\n    ];\n    \
             const __EOF_ACTION: &[i8] = &[\n        // State 0\n        -3,\n    ];\n    \
             fn __simulate_reduce<\n    >(\n    )\n    {{\n        match __reduce_index {{\n{}            4 => accept(),\n            _ => panic!(),\n        }}\n    }}\n    \
             fn __reduce<\n    >(\n    )\n    {{\n        match __action {{\n{}            _ => panic!(),\n        }}\n    }}\n}}\n",
            arms("pops"),
            arms("__reduce")
        )
    }

    /// `text` without the arms of the productions that no table names.
    fn pruned_by_hand(text: &str) -> String {
        let text = text.replace("            4 => accept(),\n", "");
        [0, 3].iter().fold(text, |text, n| {
            ["pops", "__reduce"].iter().fold(text, |text, call| {
                text.replace(
                    &format!("            {n} => {{\n                {call}{n}()\n            }}\n"),
                    "",
                )
            })
        })
    }

    #[test]
    fn keeps_what_the_tables_name_and_nothing_else_changes() {
        let text = format!(
            "use std;\n{}mod __intern_token {{\n    0 => {{\n    }}\n}}\nfn f() {{\n}}\n",
            parser("A")
        );
        let pruned = prune(&text).unwrap();
        assert_eq!(pruned, pruned_by_hand(&text));
        assert_eq!(prune(&pruned), Ok(pruned.clone()), "a second time changes nothing");
    }

    #[test]
    fn lets_parsers_share_equal_symbols() {
        let (first, second) = (pruned_by_hand(&parser("A")), pruned_by_hand(&parser("B")));
        let declared = "    pub(crate) enum __Symbol<'input>\n     {\n        Variant0(usize),\n    }\n";
        let shared = second.replace(declared, "    use super::__parse__A::__Symbol;\n");
        assert_eq!(prune(&(parser("A") + &parser("B"))), Ok(first.clone() + &shared));
        let other = parser("B").replace("usize", "u8");
        let kept = second.replace("usize", "u8");
        assert_eq!(prune(&(parser("A") + &other)), Ok(first + &kept));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        for (before, after, missing) in [
            ("const __ACTION", "static __ACTION", "table of actions"),
            ("const __EOF_ACTION", "static __EOF_ACTION", "table of actions"),
            ("            2 => {", "            2: {", "arm for a production that its tables name"),
            ("-2", "-9", "arm for a production that its tables name"),
        ] {
            let text = parser("A").replace(before, after);
            assert_eq!(prune(&text), Err(Unknown { parser: "__parse__A".into(), missing }), "{before}");
        }
        let none = parser("A").replace("-2", "2").replace("-3", "3");
        assert_eq!(prune(&none).unwrap_err().missing, "production in its tables");
    }
}
