//! Every key there is: read by the browser part that obeys them, and by the sheet that lists them.

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Puts the focus into the search box.
    Find,
    /// Shows the sheet of keys.
    Sheet,
    /// Opens a page.
    Go(&'static str),
    /// Puts the focus on the next row.
    NextRow,
    /// Puts it on the row before.
    PreviousRow,
    /// Opens the row that has the focus.
    OpenRow,
    /// Ticks the row that has the focus, where rows can be ticked.
    TickRow,
    /// Puts the focus on what the page is for. Never does it.
    MainAction,
    /// Copies the page's sentence.
    CopySentence,
    /// Pauses and resumes updates.
    Pause,
}

/// A key, or two one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The keys, as a browser names them.
    pub keys: &'static [&'static str],
    /// What it does, for people.
    pub words: &'static str,
    /// What it does.
    pub deed: Deed,
}

const fn key(keys: &'static [&'static str], words: &'static str, deed: Deed) -> Key {
    Key { keys, words, deed }
}

/// The key that begins all keys of two.
pub const GO: &str = "g";

/// All keys, in the order of the sheet.
pub const KEYS: [Key; 20] = [
    key(&["/"], "Search everything", Deed::Find),
    key(&["?"], "Show these keys", Deed::Sheet),
    key(&["j"], "Next row", Deed::NextRow),
    key(&["k"], "Row before", Deed::PreviousRow),
    key(&["o"], "Open the row", Deed::OpenRow),
    key(&["x"], "Tick the row, or not", Deed::TickRow),
    key(&["r"], "Go to the page's main action", Deed::MainAction),
    key(&["c"], "Copy the page's sentence", Deed::CopySentence),
    key(&["."], "Pause or resume updates", Deed::Pause),
    key(&["p"], "Pause or resume updates", Deed::Pause),
    key(&[GO, "a"], "Attention", Deed::Go("/")),
    key(&[GO, "o"], "Orders", Deed::Go("/orders")),
    key(&[GO, "p"], "Parcels", Deed::Go("/parcels")),
    key(&[GO, "d"], "End of day", Deed::Go("/day")),
    key(&[GO, "f"], "Figures", Deed::Go("/figures")),
    key(&[GO, "i"], "Inbox", Deed::Go("/inbox")),
    key(&[GO, "w"], "Write-back", Deed::Go("/write-back")),
    key(&[GO, "t"], "Trail", Deed::Go("/trail")),
    key(&[GO, "c"], "Connections", Deed::Go("/connections")),
    key(&[GO, "r"], "Rules", Deed::Go("/rules")),
];

/// What a key does when it is pressed, after [`GO`] or not.
pub fn deed(after_go: bool, pressed: &str) -> Option<Deed> {
    let is_meant = |key: &&Key| match (after_go, key.keys) {
        (true, [GO, second]) => *second == pressed,
        (false, [only]) => *only == pressed,
        _ => false,
    };
    KEYS.iter().find(is_meant).map(|key| key.deed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_does_one_thing() {
        for (at, key) in KEYS.iter().enumerate() {
            assert!(KEYS.iter().skip(at + 1).all(|other| other.keys != key.keys), "{:?} twice", key.keys);
            let pressed = key.keys.last().expect("a key");
            assert_eq!(deed(key.keys.len() > 1, pressed), Some(key.deed));
        }
    }

    #[test]
    fn the_same_letter_goes_elsewhere_after_go() {
        assert_eq!((deed(false, "o"), deed(true, "o")), (Some(Deed::OpenRow), Some(Deed::Go("/orders"))));
        assert_eq!((deed(false, GO), deed(true, "/")), (None, None));
    }
}
