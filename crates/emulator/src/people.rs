//! Accounts, and what they may do.

use lightsout_forge::{Account, AccountKind, Credential, Login, Permission};
use lightsout_local::Acting;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Answered};
use crate::ask::Ask;
use crate::place::Place;
use crate::show::time;

#[derive(Debug, Deserialize)]
struct Permit {
    permission: Option<String>,
}

impl Place {
    /// Whoever asks; the workflow's token is nobody's.
    pub(crate) async fn me(&self, by: &Acting<'_>) -> Answered {
        if by.credential() == Some(Credential::Workflow) {
            return Err(Answer::said(403, "Resource not accessible by integration"));
        }
        self.show_user(by.account()).await
    }

    pub(crate) async fn get_user(&self, login: &str) -> Answered {
        let account = self.account(login).await?;
        self.show_user(&account.ok_or_else(Answer::not_found)?)
            .await
    }

    async fn show_user(&self, account: &Account) -> Answered {
        let view = self.view(false).await?;
        let mut user = view.user(account);
        for name in [
            "name", "company", "blog", "location", "email", "hireable", "bio",
        ] {
            user[name] = json!(null);
        }
        for name in ["public_repos", "public_gists", "followers", "following"] {
            user[name] = json!(0);
        }
        for name in ["created_at", "updated_at"] {
            user[name] = json!(time(self.since));
        }
        Ok(Answer::ok(&user))
    }

    /// A member, or one of the factory's own accounts.
    async fn account(&self, login: &str) -> Result<Option<Account>, Answer> {
        let Ok(login) = Login::new(login) else {
            return Ok(None);
        };
        for own in [Credential::Workflow, Credential::Bot] {
            let own = self.local.acting_with(own);
            if own.account().login == login {
                return Ok(Some(own.account().clone()));
            }
        }
        let members = self.local.members().await?;
        let known = members.into_iter().any(|(known, _)| known == login);
        Ok(known.then_some(Account {
            login,
            kind: AccountKind::User,
        }))
    }

    pub(crate) async fn list_collaborators(&self, ask: &Ask) -> Answered {
        let mut shown = Vec::new();
        for (login, may) in self.local.members().await? {
            if may > Permission::None {
                shown.push(self.collaborator(login.as_str()).await?["user"].clone());
            }
        }
        Ok(Answer::page(ask, &self.origin, &shown))
    }

    /// Makes somebody a member, or changes what a member may do.
    pub(crate) async fn permit(&self, ask: &Ask, by: &Acting<'_>, login: &str) -> Answered {
        let wanted: Permit = ask.json()?;
        let may = match wanted.permission.as_deref() {
            Some("pull" | "triage") => Permission::Read,
            None | Some("push" | "maintain") => Permission::Write,
            Some("admin") => Permission::Admin,
            Some(_) => return Err(Answer::invalid("Collaborator", "permission", "invalid")),
        };
        let login = Login::new(login).map_err(|_| Answer::not_found())?;
        by.permit(&login, may).await?;
        let welcomed = self.welcome(&login);
        welcomed.map_err(|error| Answer::said(500, &error.to_string()))?;
        Ok(Answer::empty(204))
    }

    /// Takes everything away from a member.
    pub(crate) async fn dismiss(&self, by: &Acting<'_>, login: &str) -> Answered {
        let login = Login::new(login).map_err(|_| Answer::not_found())?;
        by.permit(&login, Permission::None).await?;
        Ok(Answer::empty(204))
    }

    pub(crate) async fn permission(&self, login: &str) -> Answered {
        Ok(Answer::ok(&self.collaborator(login).await?))
    }

    /// What somebody may do at this moment. Whoever is unknown may be anybody on GitHub, and may do nothing here.
    async fn collaborator(&self, login: &str) -> Result<Value, Answer> {
        let Some(account) = self.account(login).await? else {
            return Err(Answer::said(404, &format!("{login} is not a user")));
        };
        let may = match account.kind {
            AccountKind::Bot => Permission::Write,
            AccountKind::User => self.local.acting(&account.login).permission().await?,
        };
        let word = match may {
            Permission::None => "none",
            Permission::Read => "read",
            Permission::Write => "write",
            Permission::Admin => "admin",
        };
        let mut user = self.view(false).await?.user(&account);
        user["role_name"] = json!(word);
        user["permissions"] = json!({
            "pull": may >= Permission::Read, "triage": may >= Permission::Write,
            "push": may >= Permission::Write, "maintain": may >= Permission::Admin,
            "admin": may >= Permission::Admin,
        });
        Ok(json!({ "permission": word, "role_name": word, "user": user }))
    }
}
