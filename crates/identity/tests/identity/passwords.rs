//! Which passwords are accepted, and how they are hashed.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use proptest::prelude::*;
use raally_identity::Secret;
use raally_identity::password::{
    HashError, Hasher, HasherLimits, LENGTH_MIN, PASSWORD_BYTES_MAX, PasswordContext, Verdict, Weakness, check,
};

const CONTEXT: PasswordContext<'_> = PasswordContext {
    service: "Raally",
    email: "anna.meier@acme.example",
    name: "Anna Katharina Meier",
    workspace: "Acme Bridges GmbH",
    second_factor: false,
};

fn weaknesses(password: &str) -> Vec<Weakness> {
    check(&Secret::from(password), &CONTEXT).err().unwrap_or_default()
}

#[test]
fn long_password_of_any_kind_of_characters_is_accepted() {
    for password in [
        "violet tractor humming quietly",
        "kitchen-river-blue-seven",
        "ohne große Ausnahme freundlich",
        "правильная лошадь батарея скоба",
        "x9Kd0qLmzR4vT2wB",
        "#%;<}~(-&$*^)=+",
        "zug zug zug abfahrt im nebel",
        "Anna likes to plan bridges at night",
        "🦀🐢🦔🐙🦜🐝🦋🐞🐌🐜🦂🦕🦖🐉🐲",
    ] {
        assert_eq!(weaknesses(password), [], "{password}");
    }
}

#[test]
fn guessable_password_is_refused_with_its_reason() {
    use Weakness::{Common, Context, Repeated, Sequence};
    for (password, reason) in [
        ("polniypizdec0211", Common),
        ("PolniyPizdec0211", Common),
        ("passwordpassword1", Common),
        ("P@ssw0rd!P4$$w0rd", Common),
        ("Sunshine-Princess", Common),
        ("iloveyou 123456789", Common),
        ("thunder mountain", Common),
        ("!@#$%^&*()_+!@#$%", Sequence),
        ("aaaaaaaaaaaaaaaa", Repeated),
        ("abababababababab", Repeated),
        ("xq7Kxq7Kxq7Kxq7K", Repeated),
        ("aabbaabbabababba", Repeated),
        ("abcdefghijklmnop", Sequence),
        ("1qazxsw23edcvfr4", Sequence),
        ("qwertzuiopasdfghjkl", Sequence),
        ("azertyuiopqsdfgh", Sequence),
        ("zyxwvutsrqponmlk", Sequence),
        ("Raally-Raally-2026", Context),
        ("anna.meier@acme.example", Context),
        ("AnnaKatharinaMeier", Context),
        ("AcmeBridgesGmbH2026!", Context),
        ("4nn4-M3i3r-Raally", Context),
    ] {
        assert_eq!(weaknesses(password), [reason], "{password}");
    }
}

#[test]
fn length_counts_characters_after_normalisation() {
    assert!(weaknesses("vqxjkwzpyhbgfm").contains(&Weakness::TooShort { length_min: LENGTH_MIN }));
    assert_eq!(weaknesses("vqxjkwzpyhbgfmt"), []);
    // An e with a combining accent is one character.
    let decomposed = "vqxjkwzpyhbgfe\u{301}";
    assert_eq!(weaknesses(decomposed), [Weakness::TooShort { length_min: LENGTH_MIN }]);
    let beside = PasswordContext { second_factor: true, ..CONTEXT };
    assert_eq!(check(&Secret::from("vqxjkwzp"), &beside), Ok(()));
    assert_eq!(check(&Secret::from("vqxjkwz"), &beside), Err(vec![Weakness::TooShort { length_min: 8 }]));
}

#[test]
fn sixty_four_characters_of_any_script_fit_and_more_than_256_bytes_do_not() {
    let crabs: String = (0..64).map(|number| char::from_u32(0x1F980 + number * 7 % 23).unwrap()).collect();
    assert_eq!(crabs.len(), PASSWORD_BYTES_MAX);
    assert!(!weaknesses(&crabs).contains(&Weakness::TooLong));
    assert_eq!(weaknesses(&format!("{crabs}a")), [Weakness::TooLong]);
    assert_eq!(weaknesses(&"ab1".repeat(1 << 20)), [Weakness::TooLong]);
}

#[test]
fn empty_and_control_characters_are_refused() {
    assert_eq!(weaknesses(""), [Weakness::TooShort { length_min: LENGTH_MIN }]);
    assert!(weaknesses("violet tractor\nhumming").contains(&Weakness::ControlCharacter));
    assert!(weaknesses("violet tractor\0humming").contains(&Weakness::ControlCharacter));
}

#[test]
fn name_that_fits_everything_does_not_refuse_everything() {
    let greedy = PasswordContext { name: "", email: "", service: "", workspace: "x y z", second_factor: false };
    assert_eq!(check(&Secret::from("violet tractor humming"), &greedy), Ok(()));
}

proptest! {
    #[test]
    fn any_password_and_context_is_judged(password in "\\PC{0,90}", name in "\\PC{0,200}", email in "\\PC{0,50}") {
        let context = PasswordContext { name: &name, email: &email, ..CONTEXT };
        if let Err(found) = check(&Secret::from(password.as_str()), &context) {
            prop_assert!(!found.is_empty());
            prop_assert!(found.iter().all(|weakness| weakness.code().starts_with("password-")));
        }
    }

    #[test]
    fn random_password_is_accepted(password in "[a-z0-9]{20}") {
        prop_assert_eq!(weaknesses(&password), []);
    }
}

/// Source: RFC 9106 §5.3.
#[test]
fn argon2id_meets_the_vector_of_rfc_9106() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let expected: [u8; 32] = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0, 0x1e,
        0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    assert_eq!(tag, expected);
}

const NO_MATCH: Verdict = Verdict { matches: false, needs_rehash: false };

#[tokio::test]
async fn hash_verifies_its_password_and_no_other() {
    let hasher = Hasher::default();
    let phc = hasher.hash(Secret::from("violet tractor humming")).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    let verdict = hasher.verify(Secret::from("violet tractor humming"), Some(phc.clone())).await;
    assert_eq!(verdict, Ok(Verdict { matches: true, needs_rehash: false }));
    assert_eq!(hasher.verify(Secret::from("violet tractor hummin"), Some(phc.clone())).await, Ok(NO_MATCH));
    assert_eq!(hasher.verify(Secret::from("a".repeat(1 << 20)), Some(phc)).await, Ok(NO_MATCH));
}

#[tokio::test]
async fn same_password_typed_on_another_system_fits() {
    let hasher = Hasher::default();
    let phc = hasher.hash(Secret::from("cafe\u{301} au lait du matin")).await.unwrap();
    let typed = Secret::from("caf\u{e9}\u{a0}au lait du matin");
    assert!(hasher.verify(typed, Some(phc)).await.unwrap().matches);
}

#[tokio::test]
async fn absent_account_never_matches() {
    assert_eq!(Hasher::default().verify(Secret::from("x"), None).await, Ok(NO_MATCH));
}

#[tokio::test]
async fn weaker_hash_asks_to_be_made_anew() {
    let params = ParamsBuilder::new().m_cost(8 * 1024).t_cost(1).p_cost(1).build().unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let phc = argon2::PasswordHasher::hash_password_with_salt(&argon2, b"secret", &[1; 16]).unwrap().to_string();
    let verdict = Hasher::default().verify(Secret::from("secret"), Some(phc)).await;
    assert_eq!(verdict, Ok(Verdict { matches: true, needs_rehash: true }));
}

#[tokio::test]
async fn hostile_stored_hash_is_refused_before_it_costs_anything() {
    let hasher = Hasher::default();
    for phc in [
        "",
        "$",
        "plain",
        "$argon2id$",
        "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=4000000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$2b$12$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let verdict = hasher.verify(Secret::from("x"), Some(phc.to_owned())).await;
        assert_eq!(verdict, Err(HashError::Unreadable), "{phc}");
    }
}

#[tokio::test]
async fn more_callers_than_places_are_turned_away() {
    let hasher = Hasher::new(HasherLimits { concurrent: 1, waiting: 2 });
    let callers = (0..12).map(|_| {
        let hasher = hasher.clone();
        tokio::spawn(async move { hasher.verify(Secret::from("x"), None).await })
    });
    let callers: Vec<_> = callers.collect();
    let mut turned_away = 0;
    for caller in callers {
        turned_away += usize::from(caller.await.unwrap() == Err(HashError::Overloaded));
    }
    assert!((1..=9).contains(&turned_away), "{turned_away}");
    // And there is room again.
    assert_eq!(hasher.verify(Secret::from("x"), None).await, Ok(NO_MATCH));
}
