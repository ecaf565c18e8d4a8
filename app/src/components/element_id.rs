//! Ids of elements that stand for data: the same row keeps its element when a page is brought up to date.

/// An id made of parts; what an id should not hold becomes a dash.
pub fn element_id(parts: &[&str]) -> String {
    parts.join("-").chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::element_id;

    #[test]
    fn an_odd_number_makes_a_plain_id() {
        assert_eq!(element_id(&["row", "usmf", "SO 1/2.a"]), "row-usmf-SO-1-2-a");
    }
}
