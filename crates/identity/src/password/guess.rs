//! How cheaply a password could be guessed by whoever tries words, runs and what is known about the account.
//!
//! The password is cut into pieces in the way that costs a guesser least. A common word or password, or up to four
//! digits, costs [`WORD`]; a run of the alphabet, of equal characters or of neighbouring keys, or a year, costs
//! [`RUN`]; a word that the guesser knows of the account and a single or repeated separator cost nothing; any other
//! character costs [`UNKNOWN`]. Two words are cheap (about 10⁸ guesses), three are not.

use super::list;

const WORD: u32 = 2;
const RUN: u32 = 1;
const UNKNOWN: u32 = 2;
/// What costs no more is refused.
const CHEAP: u32 = 4;

/// What a cheap password is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeOf {
    Context,
    Words,
    Runs,
}

/// The least cost of a beginning of the password, and what it took.
#[derive(Clone, Copy)]
struct Way {
    cost: u32,
    words: bool,
    context: bool,
}

/// What a lower-case password is made of when it is cheap to guess.
pub fn cheapest(text: &[char], context: &[Vec<char>]) -> Option<MadeOf> {
    let plain = [plain(text, 'i'), plain(text, 'l')];
    let mut ways: Vec<Option<Way>> = vec![None; text.len() + 1];
    ways[0] = Some(Way { cost: 0, words: false, context: false });
    for at in 0..text.len() {
        let Some(way) = ways[at].filter(|way| way.cost <= CHEAP) else {
            continue;
        };
        for piece in pieces(text, &plain, context, at) {
            let reached = Way {
                cost: way.cost + piece.cost,
                words: way.words || piece.words,
                context: way.context || piece.context,
            };
            let there = &mut ways[at + piece.length];
            if there.is_none_or(|there| reached.cost < there.cost) {
                *there = Some(reached);
            }
        }
    }
    let way = ways.last().copied().flatten().filter(|way| way.cost <= CHEAP)?;
    Some(match way {
        Way { context: true, .. } => MadeOf::Context,
        Way { words: true, .. } => MadeOf::Words,
        _ => MadeOf::Runs,
    })
}

struct Piece {
    length: usize,
    cost: u32,
    words: bool,
    context: bool,
}

fn pieces(text: &[char], plain: &[Vec<char>; 2], context: &[Vec<char>], at: usize) -> Vec<Piece> {
    let piece = |length, cost| Piece { length, cost, words: false, context: false };
    let rest = &text[at..];
    let mut found = vec![piece(1, if is_separator(text, at) { 0 } else { UNKNOWN })];
    let run = steps(rest).max(walk(rest));
    found.extend((3..=run).map(|length| piece(length, RUN)));
    let digits = rest.iter().take(4).take_while(|c| c.is_ascii_digit()).count();
    found.extend((1..=digits).map(|length| piece(length, WORD)));
    if digits == 4 && (rest.starts_with(&['1', '9']) || rest.starts_with(&['2', '0'])) {
        found.push(piece(4, RUN));
    }
    for variant in [text, &plain[0], &plain[1]] {
        let rest = &variant[at..];
        for word in context.iter().filter(|word| rest.starts_with(word)) {
            found.push(Piece { length: word.len(), cost: 0, words: false, context: true });
        }
        let mut word = String::new();
        for (index, c) in rest.iter().take(list::WORD_LENGTH_MAX).enumerate() {
            word.push(*c);
            if index >= 2 && list::is_common(&word) {
                found.push(Piece { length: index + 1, cost: WORD, words: true, context: false });
            }
        }
    }
    found
}

/// A sign or space on its own, or the same again; many different ones are no separators.
fn is_separator(text: &[char], at: usize) -> bool {
    let sign = |c: char| c == ' ' || c.is_ascii_punctuation();
    let before = at.checked_sub(1).map(|before| text[before]);
    sign(text[at]) && before.is_none_or(|before| !sign(before) || before == text[at])
}

/// Digits and signs that stand for letters, as the letters.
fn plain(text: &[char], one: char) -> Vec<char> {
    let letter = |c: &char| match c {
        '4' | '@' => 'a',
        '3' | '€' => 'e',
        '0' => 'o',
        '1' | '!' | '|' => one,
        '5' | '$' => 's',
        '7' => 't',
        other => *other,
    };
    text.iter().map(letter).collect()
}

/// Length of the run at the beginning whose neighbours are equal, or each one further, or each one less.
fn steps(text: &[char]) -> usize {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let Some(first) = text.windows(2).next().map(step).filter(|step| step.abs() <= 1) else {
        return 1;
    };
    1 + text.windows(2).take_while(|pair| step(pair) == first).count()
}

/// Rows of keys: American with and without shift, German, French. A key's neighbours are those at most one place off in its
/// own row or the next.
const KEYBOARDS: [[&str; 4]; 4] = [
    ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"],
    ["!@#$%^&*()_+", "qwertyuiop{}", "asdfghjkl:\"", "zxcvbnm<>?"],
    ["1234567890ß´", "qwertzuiopü+", "asdfghjklöä#", "yxcvbnm,.-"],
    ["1234567890°+", "azertyuiop^$", "qsdfghjklmù*", "wxcvbn,;:!"],
];
const WALK_LENGTH_MIN: usize = 4;

/// Length of the walk over neighbouring keys at the beginning; 0 when it is no walk.
fn walk(text: &[char]) -> usize {
    let longest = KEYBOARDS.iter().map(|rows| {
        let place = |c: char| {
            rows.iter().enumerate().find_map(|(row, keys)| keys.chars().position(|key| key == c).map(|at| (row, at)))
        };
        let near = |pair: &[char]| match (place(pair[0]), place(pair[1])) {
            (Some(one), Some(other)) => one != other && one.0.abs_diff(other.0) <= 1 && one.1.abs_diff(other.1) <= 1,
            _ => false,
        };
        1 + text.windows(2).take_while(|pair| near(pair)).count()
    });
    longest.max().filter(|length| *length >= WALK_LENGTH_MIN).unwrap_or(0)
}

const DISTINCT_MIN: usize = 5;

/// Whether the password is a shorter one, repeated (the last time perhaps cut), or holds hardly any different
/// characters. A part of `unit_max` or more is a password by itself.
pub fn is_repeated(text: &[char], unit_max: usize) -> bool {
    let mut distinct = text.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let few = text.len() > DISTINCT_MIN && distinct.len() < DISTINCT_MIN;
    let repeats = |unit: usize| text.iter().zip(&text[unit..]).all(|(one, other)| one == other);
    few || (1..unit_max.min(text.len() / 2 + 1)).any(repeats)
}
