//! What a value has to look like, where that is more than a length or a range: a code for programs and a sentence each.

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sentence:literal;)+) => {
        /// What a malformed value should have been.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Form { $($(#[$doc])* $name),+ }

        impl Form {
            /// Stable, for programs.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What the value must be, after "this".
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),+ }
            }

            /// The code of every form.
            pub const CODES: &'static [&'static str] = &[$($code),+];
        }
    };
}

forms! {
    /// A colour of the web.
    Color = "not-a-color", "must look like #1f6feb";
    /// A mail address.
    MailAddress = "not-an-email", "must be a mail address";
    /// Parts of an effort.
    Spans = "bad-spans", "must lie in the range, ordered, without overlap";
    /// A time zone.
    TimeZone = "not-a-time-zone", "must be an IANA name such as Europe/Madrid";
    /// What a member may do beside their role.
    Permission = "not-a-permission", "must be pay:read";
    /// A phase of the project at hand.
    Phase = "unknown-phase", "names no phase of this project";
    /// The password before the change.
    CurrentPassword = "wrong-password", "is not the present password";
    /// Too few characters.
    PasswordTooShort = "password-too-short", "must have at least 15 characters; a sentence is a good password";
    /// Too many bytes.
    PasswordTooLong = "password-too-long", "must have at most 256 bytes";
    /// Found in few tries.
    PasswordGuessable = "password-guessable",
        "is too easy to guess: common, repeated, a run of keys, or made of your name or address";
    /// The address of somebody else, which is not said.
    AddressTaken = "address-taken", "can't be used for a new account";
    /// The day of a split.
    SplitOutside = "split-outside", "must lie inside the assignment, after its first day";
    /// A split of an effort that has no days.
    SplitUnscheduled = "split-unscheduled", "can't be told apart without a schedule";
    /// A split with nothing on one side.
    SplitEmpty = "split-empty", "leaves one part without work";
    /// A link that was used, or ran out, or never was.
    Link = "bad-link", "is not valid or no longer valid";
    /// No field of the object.
    NoField = "unknown-field", "is no field of this object";
    /// Another type than the field's.
    WrongType = "wrong-type", "has a value of the wrong type";
    /// A region with built-in holidays.
    Region = "unknown-region", "is no built-in region; list them first";
    /// A year that the built-in holidays cover.
    RegionYear = "unknown-year", "is a year for which this region has no built-in holidays";
    /// A picture of a kind that is served.
    Picture = "not-a-picture", "must be a PNG, JPEG or WebP picture";
    /// A picture that can be read.
    WholePicture = "damaged-picture", "is a damaged picture";
    /// A picture of a sensible size.
    PictureSize = "picture-too-large", "has more than 4096 pixels on a side";
}
