//! Page cursors: where a list goes on, bound to its workspace and operation.

use raally_domain::ids::WorkspaceId;
use raally_storage::{After, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::failure::Failure;

#[derive(Serialize, Deserialize)]
enum Key {
    N,
    I(i64),
    T(String),
    U(Uuid),
}

impl App {
    /// The text of a cursor.
    ///
    /// # Errors
    /// `Bug` when the place is too long to be a cursor.
    pub fn cursor_out(&self, workspace: WorkspaceId, operation: &str, after: &After) -> Result<String, Failure> {
        let key = match &after.key {
            Value::Null => Key::N,
            Value::Int(number) => Key::I(*number),
            Value::Text(text) => Key::T(text.clone()),
            Value::Id(id) => Key::U(*id),
        };
        let place = serde_json::to_vec(&(key, after.id)).map_err(Failure::bug)?;
        self.vault().cursors().encode(workspace, operation, &place).map_err(Failure::bug)
    }

    /// The place of a cursor.
    ///
    /// # Errors
    /// `BadRequest` when it is none of this list.
    pub fn cursor_in(&self, workspace: WorkspaceId, operation: &str, cursor: &str) -> Result<After, Failure> {
        let bad = || Failure::bad_request("bad-cursor", "This cursor is none of this list.");
        let place = self.vault().cursors().decode(workspace, operation, cursor).map_err(|_| bad())?;
        let (key, id): (Key, Uuid) = serde_json::from_slice(&place).map_err(|_| bad())?;
        let key = match key {
            Key::N => Value::Null,
            Key::I(number) => Value::Int(number),
            Key::T(text) => Value::Text(text),
            Key::U(id) => Value::Id(id),
        };
        Ok(After { key, id })
    }
}
