//! The tenant: its settings, and who belongs to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calendar::DayMinutes;
use super::money::Currency;
use crate::access::Role;
use crate::ids::UserId;

/// A company's space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workspace {
    /// Shown to people.
    pub name: String,
    /// How it plans.
    #[serde(default)]
    pub settings: Settings,
    /// How it looks; absent while nobody chose anything.
    #[serde(default, skip_serializing_if = "Branding::is_plain")]
    pub branding: Branding,
}

/// How a workspace looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Branding {
    /// The company's colour: `#1f6feb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The company's logo; its picture is read apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

impl Branding {
    /// Whether nobody chose anything.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.color.is_none() && self.logo.is_none()
    }
}

/// A stored picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logo {
    /// Changes with the picture.
    pub id: Uuid,
    /// What it is, told by its bytes.
    pub media_type: LogoType,
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
    /// Bytes.
    pub size: i64,
}

/// Pictures that every browser shows and that can hold no script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LogoType {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl LogoType {
    /// The media type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// How names of such files end.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }
}

/// How a workspace plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// IANA name: `Europe/Madrid`.
    pub time_zone: String,
    /// 1 = Monday … 7 = Sunday.
    pub first_day_of_week: i64,
    /// What new amounts are in.
    pub currency: Currency,
    /// What happens when a booking clashes and the request does not say.
    pub clash_policy: ClashPolicy,
    /// Allocated ÷ capacity from which a person is busy; 10,000 = 100 %.
    pub busy_from_basis_points: i64,
    /// Working minutes Monday … Sunday for placeholders and new people.
    pub default_week: DayMinutes,
    /// Whose public holidays count where a person names none.
    pub holiday_region: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: "UTC".into(),
            first_day_of_week: 1,
            currency: Currency::EUR,
            clash_policy: ClashPolicy::Refuse,
            busy_from_basis_points: 9_000,
            default_week: [480, 480, 480, 480, 480, 0, 0],
            holiday_region: None,
        }
    }
}

/// What to do with a booking that makes somebody overbooked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClashPolicy {
    /// Nothing is saved; every clash is listed.
    #[default]
    Refuse,
    /// It is saved as tentative.
    Tentative,
    /// It is saved as asked.
    Allow,
}

/// A user's place in a workspace. Its stream has the user's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Membership {
    /// Who.
    pub user_id: UserId,
    /// May what.
    pub role: Role,
    /// Permissions beyond the role: `pay:read`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// A suspended member sees nothing.
    #[serde(default)]
    pub status: MembershipStatus,
}

/// Whether a membership gives anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant explains itself")]
pub enum MembershipStatus {
    #[default]
    Active,
    Suspended,
}
