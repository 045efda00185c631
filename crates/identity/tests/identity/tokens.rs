//! Access tokens: ours are accepted for ten minutes, everything else is not.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use raally_domain::ids::{SessionId, UserId};
use raally_identity::Keyring;
use raally_identity::token::{
    Jwks, LEEWAY_S, NewSigningKey, PublicKey, Signer, TOKEN_BYTES_MAX, TOKEN_LIFE_S, TokenError, Verifier, key_id,
};
use serde_json::{Value, json};
use uuid::Uuid;

const NOW_S: i64 = 1_800_000_000;
const SECOND_US: i64 = 1_000_000;
const NOW: i64 = NOW_S * SECOND_US;
const ISSUER: &str = "https://raally.example";
const AUDIENCE: &str = "raally-api";
const SEED: [u8; 32] = [11; 32];

struct Case {
    signer: Signer,
    verifier: Verifier,
    public: PublicKey,
}

fn case() -> Case {
    let keyring = Keyring::from_secret(&[1; 32]).unwrap();
    let key = NewSigningKey::generate(&keyring).unwrap();
    Case {
        signer: Signer::open(&keyring, &key.kid, &key.sealed_private, ISSUER, AUDIENCE).unwrap(),
        verifier: Verifier::new(ISSUER, AUDIENCE, &[key.public]),
        public: key.public,
    }
}

fn issue(signer: &Signer) -> String {
    let issued = signer.issue(UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)), NOW).unwrap();
    issued.token.expose().to_owned()
}

fn pair() -> (Ed25519KeyPair, PublicKey) {
    use aws_lc_rs::signature::KeyPair;
    let pair = Ed25519KeyPair::from_seed_unchecked(&SEED).unwrap();
    let public = PublicKey::from_bytes(pair.public_key().as_ref()).unwrap();
    (pair, public)
}

/// A token of any header and claims, properly signed.
fn forged(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(pair().0.sign(message.as_bytes()).as_ref());
    format!("{message}.{signature}")
}

fn header() -> Value {
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": pair().1.kid()})
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2), "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + TOKEN_LIFE_S, "jti": "x"})
}

fn judged(header: &Value, claims: &Value) -> Result<(), TokenError> {
    let verifier = Verifier::new(ISSUER, AUDIENCE, &[pair().1]);
    verifier.verify(&forged(header, claims), NOW).map(|_| ())
}

#[test]
fn token_is_good_for_ten_minutes_and_not_a_second_longer() {
    let case = case();
    let token = issue(&case.signer);
    let read = case.verifier.verify(&token, NOW).unwrap();
    assert_eq!(read.sub, UserId(Uuid::from_u128(1)));
    assert_eq!(read.sid, SessionId(Uuid::from_u128(2)));
    assert_eq!(read.exp - read.iat, 600);
    let ends = NOW + TOKEN_LIFE_S * SECOND_US;
    assert!(case.verifier.verify(&token, ends - 1).is_ok());
    assert_eq!(case.verifier.verify(&token, ends), Err(TokenError::Expired));
    assert!(case.verifier.verify(&token, NOW - LEEWAY_S * SECOND_US).is_ok());
    assert_eq!(case.verifier.verify(&token, NOW - LEEWAY_S * SECOND_US - 1), Err(TokenError::NotYetValid));
    assert_eq!(case.verifier.verify(&token, i64::MIN), Err(TokenError::NotYetValid));
    assert_eq!(case.verifier.verify(&token, i64::MAX), Err(TokenError::Expired));
}

#[test]
fn tokens_differ_even_within_one_instant() {
    let case = case();
    assert_ne!(issue(&case.signer), issue(&case.signer));
}

#[test]
fn token_of_an_unknown_key_is_refused_and_old_keys_stay_good() {
    let (old, new) = (case(), case());
    assert_eq!(new.verifier.verify(&issue(&old.signer), NOW), Err(TokenError::UnknownKey));
    let both = Verifier::new(ISSUER, AUDIENCE, &[old.public, new.public]);
    assert!(both.verify(&issue(&old.signer), NOW).is_ok());
    assert!(both.verify(&issue(&new.signer), NOW).is_ok());
    assert_eq!(Jwks::of(&[old.public, new.public]).keys.len(), 2);
    assert_eq!(old.signer.kid(), key_id(&old.public.0));
}

#[test]
fn signature_of_another_key_under_a_known_name_is_refused() {
    let case = case();
    let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": case.public.kid()});
    let token = forged(&header, &claims());
    assert_eq!(case.verifier.verify(&token, NOW), Err(TokenError::BadSignature));
}

#[test]
fn well_signed_token_with_a_wrong_header_is_refused() {
    assert_eq!(judged(&header(), &claims()), Ok(()));
    let with = |name: &str, value: Value| {
        let mut changed = header();
        changed[name] = value;
        judged(&changed, &claims())
    };
    assert_eq!(with("typ", json!("JWT")), Err(TokenError::WrongType));
    assert_eq!(with("typ", json!("AT+JWT")), Err(TokenError::WrongType));
    assert_eq!(with("typ", Value::Null), Err(TokenError::WrongType));
    assert_eq!(with("kid", Value::Null), Err(TokenError::UnknownKey));
    assert_eq!(with("kid", json!("../../etc/passwd")), Err(TokenError::UnknownKey));
    assert_eq!(with("crit", json!(["exp"])), Err(TokenError::WrongAlgorithm));
    for algorithm in ["HS256", "RS256", "ES256"] {
        assert_eq!(with("alg", json!(algorithm)), Err(TokenError::WrongAlgorithm));
    }
    for algorithm in ["none", "None", "", "eddsa"] {
        assert!(with("alg", json!(algorithm)).is_err(), "{algorithm}");
    }
}

#[test]
fn well_signed_token_with_wrong_claims_is_refused() {
    let with = |name: &str, value: Value| {
        let mut changed = claims();
        changed[name] = value;
        judged(&header(), &changed)
    };
    assert_eq!(with("iss", json!("https://evil.example")), Err(TokenError::Foreign));
    assert_eq!(with("aud", json!("other")), Err(TokenError::Foreign));
    assert_eq!(with("aud", json!([AUDIENCE, "other"])), Err(TokenError::Malformed));
    assert_eq!(with("exp", json!(NOW_S)), Err(TokenError::Expired));
    assert_eq!(with("exp", json!(NOW_S + TOKEN_LIFE_S + 1)), Err(TokenError::LivesTooLong));
    assert_eq!(with("exp", json!(i64::MAX)), Err(TokenError::LivesTooLong));
    assert_eq!(with("nbf", json!(NOW_S + LEEWAY_S + 1)), Err(TokenError::NotYetValid));
    assert_eq!(with("iat", json!(NOW_S + LEEWAY_S + 1)), Err(TokenError::NotYetValid));
    assert_eq!(with("exp", json!("tomorrow")), Err(TokenError::Malformed));
    assert_eq!(with("exp", json!(1e300)), Err(TokenError::Malformed));
    assert_eq!(with("sub", json!("not an id")), Err(TokenError::Malformed));
    for name in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"] {
        let mut changed = claims();
        changed.as_object_mut().unwrap().remove(name);
        assert!(judged(&header(), &changed).is_err(), "{name}");
    }
}

#[test]
fn text_that_is_no_token_is_refused() {
    let case = case();
    let good = issue(&case.signer);
    let huge = "A".repeat(TOKEN_BYTES_MAX + 1);
    for text in
        ["", ".", "..", "...", "a.b.c", "\0", "é.é.é", &huge, &format!("{good}."), &format!("{good} "), &good[1..]]
    {
        assert_eq!(case.verifier.verify(text, NOW), Err(TokenError::Malformed), "{text}");
    }
    let (message, _) = good.rsplit_once('.').unwrap();
    assert!(case.verifier.verify(&format!("{message}."), NOW).is_err());
    assert!(good.len() < 700, "{}", good.len());
}

proptest! {
    #[test]
    fn altered_token_is_refused(at: usize, to in "[ -~]") {
        let case = case();
        let token = issue(&case.signer);
        let at = at % token.len();
        let altered = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assume!(altered != token);
        prop_assert!(case.verifier.verify(&altered, NOW).is_err());
        prop_assert!(case.verifier.verify(&token[..at], NOW).is_err());
    }

    #[test]
    fn any_text_is_refused(text in "\\PC{0,60}(\\.\\PC{0,60}){0,3}") {
        prop_assert!(case().verifier.verify(&text, NOW).is_err());
    }
}
