//! A few values that people set: the kill switch, the demo's clock; and who may do what.

use lightsout_forge::{Login, Permission};

use crate::codec::{from_word, word};
use crate::{Local, LocalError};

impl Local {
    /// Reads a setting.
    pub async fn get_setting(&self, key: &str) -> Result<Option<String>, LocalError> {
        let mut db = self.db().await;
        let value = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?");
        Ok(value.bind(key).fetch_optional(&mut *db).await?)
    }

    /// Lists all settings by name.
    pub async fn settings(&self) -> Result<Vec<(String, String)>, LocalError> {
        let mut db = self.db().await;
        let all = sqlx::query_as("SELECT key, value FROM setting ORDER BY key");
        Ok(all.fetch_all(&mut *db).await?)
    }

    /// Writes a setting.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), LocalError> {
        let mut db = self.db().await;
        sqlx::query("INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
            .bind(key)
            .bind(value)
            .execute(&mut *db)
            .await?;
        Ok(())
    }

    /// Says what an account may do from now on; [`Permission::None`] takes everything away.
    pub async fn set_permission(
        &self,
        login: &Login,
        permission: Permission,
    ) -> Result<(), LocalError> {
        let mut db = self.db().await;
        sqlx::query(
            "INSERT INTO collaborator (login, permission) VALUES (?, ?)
             ON CONFLICT DO UPDATE SET permission = excluded.permission",
        )
        .bind(login.as_str())
        .bind(word(&permission)?)
        .execute(&mut *db)
        .await?;
        Ok(())
    }

    /// What an account may do at this moment; whoever was never named may nothing.
    pub(crate) async fn permission_of(
        db: &mut sqlx::SqliteConnection,
        login: &Login,
    ) -> Result<Permission, LocalError> {
        let found: Option<String> =
            sqlx::query_scalar("SELECT permission FROM collaborator WHERE login = ?")
                .bind(login.as_str())
                .fetch_optional(db)
                .await?;
        found.map_or(Ok(Permission::None), from_word)
    }
}
