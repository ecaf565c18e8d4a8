//! Text that a spreadsheet may open.

/// A spreadsheet runs what begins like a formula, and names come from outside: such a text is marked
/// as text.
pub fn defused(field: &str) -> String {
    let first = field.trim_start_matches(' ');
    if first.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::defused;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for formula in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "  =1"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        for plain in ["", "SO-1", "1-2", " a=b"] {
            assert_eq!(defused(plain), plain);
        }
    }
}
