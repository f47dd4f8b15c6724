//! Reading the world: one request, as it is now.

use std::collections::HashMap;
use std::time::Instant;

use lightsout_forge::{Account, AccountKind, Comment, Event, Issue, Login, Number, Permission};
use lightsout_ledger::{Ask, Caps, EntryId, LedgerError, RunId as LedgerRun, fold};
use lightsout_lifecycle::{
    Approval, Command, CommentFacts, Intake, Person, PullFacts, Record, Snapshot,
    asks_nothing_of_the_requester, factory_branch_prefix, newest_answer, newest_pull, ready_key,
    spoken_of,
};
use lightsout_taxonomy::{Factory, Fields, Question, RequestType, Slug, Value, Verb};

use crate::intake::{Texts, filing, incomplete};
use crate::pictures::{MAX_PHOTO_BYTES, complaint};
use crate::{Engine, EngineError, Said, Stage};

/// A request as it is now, and what a run of it would work from.
pub(crate) struct View {
    pub(crate) snapshot: Snapshot,
    pub(crate) factory: Factory,
    /// The base branch's commit.
    pub(crate) base: String,
    /// What is to be made, once the request is complete.
    pub(crate) work: Option<Work>,
}

/// What is to be made.
pub(crate) struct Work {
    pub(crate) kind: RequestType,
    pub(crate) fields: Fields,
    pub(crate) slug: Slug,
    /// What people answered since.
    pub(crate) thread: Vec<Said>,
}

/// Of whom the forge is asked what they may do. Each costs a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// Of everybody on whose word something may depend.
    Concerned,
    /// Of nobody: a run is settled whoever speaks.
    Nobody,
}

/// The people of one thread; each is looked up once.
struct People<'e, 'a> {
    engine: &'e Engine<'a>,
    bots: Vec<Login>,
    known: HashMap<Login, Permission>,
}

impl People<'_, '_> {
    fn is_own(&self, login: &Login) -> bool {
        self.bots.contains(login)
    }

    /// Asks the forge what somebody may do; nothing depends on it for machines.
    async fn ask(&mut self, account: &Account) -> Result<(), EngineError> {
        let login = &account.login;
        let machine = self.is_own(login) || account.kind == AccountKind::Bot;
        if !machine && !self.known.contains_key(login) {
            let permission = self.engine.ports.forge.permission(login).await?;
            self.known.insert(login.clone(), permission);
        }
        Ok(())
    }

    /// A person as far as was asked: whoever was not may do nothing.
    fn person(&self, account: &Account) -> Person {
        let known = self.known.get(&account.login).copied();
        Person {
            login: account.login.clone(),
            kind: account.kind,
            own: self.is_own(&account.login),
            permission: known.unwrap_or(Permission::None),
        }
    }

    /// What was said on an issue and on its pull request, in that order.
    fn thread(&self, on_issue: &[Comment], on_pull: &[Comment]) -> Vec<CommentFacts> {
        let said = |comment: &Comment, on_pull_request| CommentFacts {
            id: comment.id,
            author: self.person(&comment.author),
            command: Command::find(&comment.body),
            on_pull_request,
        };
        let on_issue = on_issue.iter().map(|comment| said(comment, false));
        let on_pull = on_pull.iter().map(|comment| said(comment, true));
        on_issue.chain(on_pull).collect()
    }
}

impl Engine<'_> {
    /// Reads the factory's configuration on the base branch.
    pub(crate) fn factory(&self) -> Result<Factory, EngineError> {
        Ok(self.base()?.1)
    }

    /// Reads the base branch afresh: its commit, and the configuration there.
    pub(crate) fn base(&self) -> Result<(String, Factory), EngineError> {
        let workshop = &self.bench.workshop;
        let base = workshop.refresh(&self.settings.base)?;
        let factory = workshop.configuration(&base, &self.settings.base)?;
        Ok((base, factory))
    }

    /// Reads everything a decision about `event` may look at.
    pub(crate) async fn view(&self, number: Number, event: &Event) -> Result<View, EngineError> {
        self.view_with(number, event, Whom::Concerned).await
    }

    /// The same, with as few questions about people as what it is for allows.
    pub(crate) async fn view_with(
        &self,
        number: Number,
        event: &Event,
        whom: Whom,
    ) -> Result<View, EngineError> {
        let since = Instant::now();
        let (base, factory) = self.base()?;
        let bots = factory
            .bots
            .iter()
            .filter_map(|login| Login::new(login).ok());
        let mut people = People {
            engine: self,
            bots: bots.collect(),
            known: HashMap::new(),
        };
        let issue = self.ports.forge.issue(number).await?;
        let on_issue = self.ports.forge.comments(number).await?;
        // The factory says something before anything else it does, so where nothing was said there is no pull request.
        let (pull, on_pull) = if on_issue.is_empty() {
            (None, Vec::new())
        } else {
            self.newest_pull(number, &people).await?
        };
        let record = Record::find(&on_issue, |login| people.is_own(login));

        let thread = people.thread(&on_issue, &on_pull);
        // Which command is spoken of depends on nobody's permission.
        let spoken = spoken_of(&event.kind, &thread, &record, &issue.author.login);
        let speaker = spoken
            .filter(|said| said.command.is_some_and(asks_nothing_of_the_requester))
            .map(|said| said.author.login);
        let said = on_issue.iter().chain(&on_pull).map(|said| &said.author);
        for account in said.chain([&issue.author, &event.actor]) {
            let asked = match (whom, &speaker) {
                (Whom::Nobody, _) => false,
                (Whom::Concerned, Some(speaker)) => account.login == *speaker,
                (Whom::Concerned, None) => true,
            };
            if asked {
                people.ask(account).await?;
            }
        }
        let requester = people.person(&issue.author);
        let actor = people.person(&event.actor);
        let thread = people.thread(&on_issue, &on_pull);
        // The thread begins with the comments of the issue, in their order.
        let answers: Vec<&Comment> = on_issue
            .iter()
            .zip(&thread)
            .filter(|(_, said)| said.is_answer(&requester.login))
            .map(|(comment, _)| comment)
            .collect();
        let (intake, work) = self.intake(&issue, &answers, &factory, &base).await?;
        let snapshot = Snapshot {
            now: (self.ports.clock)(),
            enabled: self.settings.enabled,
            filing: filing(&factory),
            comment: spoken_of(&event.kind, &thread, &record, &requester.login),
            budget_refusal: self.budget_refusal(number, &record, &factory).await?,
            run_alive: self.is_alive(record.run.as_ref()),
            newest_answer: newest_answer(&thread, &requester.login),
            issue,
            requester,
            actor,
            intake,
            record,
            pull,
        };
        self.bench.took(Stage::Reading, since);
        Ok(View {
            snapshot,
            factory,
            base,
            work,
        })
    }

    /// Finds the factory's newest pull request of a request, an open one before any other, with its comments.
    async fn newest_pull(
        &self,
        number: Number,
        people: &People<'_, '_>,
    ) -> Result<(Option<PullFacts>, Vec<Comment>), EngineError> {
        let prefix = factory_branch_prefix(number);
        let mut pulls = self.ports.forge.pull_requests(&prefix).await?;
        pulls.retain(|pull| people.is_own(&pull.author.login));
        let Some(pull) = newest_pull(pulls) else {
            return Ok((None, Vec::new()));
        };
        let comments = self.ports.forge.comments(pull.number).await?;
        let ready = ready_key(&pull.head_sha);
        let facts = PullFacts {
            statuses: self.ports.forge.statuses(&pull.head_sha).await?,
            approval: Approval::find(&comments, |login| people.is_own(login)),
            shown: comments
                .iter()
                .find(|said| people.is_own(&said.author.login) && ready.marks(&said.body))
                .map(|said| said.id),
            pull,
        };
        Ok((Some(facts), comments))
    }

    /// Reads the request out of the issue and its answers.
    async fn intake(
        &self,
        issue: &Issue,
        answers: &[&Comment],
        factory: &Factory,
        base: &str,
    ) -> Result<(Intake, Option<Work>), EngineError> {
        let (kind, label, fields) = match Texts::of(factory, issue, answers) {
            Texts::Settled(intake) => return Ok((intake, None)),
            Texts::Whole {
                kind,
                label,
                fields,
            } => (kind, label, fields),
        };
        let questions = self.photograph_questions(kind, &fields).await?;
        if !questions.is_empty() {
            return Ok((incomplete(kind, label, &questions), None));
        }
        let slug = self.slug(kind, &fields, &issue.title, base)?;
        let intake = Intake::Complete {
            kind: label,
            slug: slug.as_str().to_owned(),
        };
        let work = Work {
            kind: kind.clone(),
            fields,
            slug,
            thread: answers
                .iter()
                .map(|comment| Said {
                    author: comment.author.login.to_string(),
                    body: comment.body.clone(),
                })
                .collect(),
        };
        Ok((intake, Some(work)))
    }

    /// Looks at every attached picture before any agent runs: what is no photograph is asked about again.
    async fn photograph_questions(
        &self,
        kind: &RequestType,
        fields: &Fields,
    ) -> Result<Vec<Question>, EngineError> {
        let mut questions = Vec::new();
        for field in &kind.fields {
            let Some(Value::Image(image)) = fields.get(&field.key) else {
                continue;
            };
            if let Some(message) = self.photograph_complaint(&image.url).await? {
                questions.push(Question {
                    field: field.key.clone(),
                    rule: "photograph".into(),
                    message,
                    example: field.example.clone(),
                });
            }
        }
        Ok(questions)
    }

    async fn photograph_complaint(&self, url: &str) -> Result<Option<String>, EngineError> {
        let known = self
            .photographs
            .lock()
            .ok()
            .and_then(|known| known.get(url).cloned());
        if let Some(complaint) = known {
            return Ok(complaint);
        }
        let found = match self.ports.forge.attachment(url, MAX_PHOTO_BYTES).await {
            Ok(bytes) => complaint(&bytes),
            Err(error) if !error.is_answer() => return Err(error.into()),
            Err(error) => Some(format!("The picture cannot be fetched: {error}.")),
        };
        if let Ok(mut known) = self.photographs.lock() {
            known.insert(url.to_owned(), found.clone());
        }
        Ok(found)
    }

    /// Derives the slug. A new page takes a name that no page of the base branch has; a change keeps the page's own.
    fn slug(
        &self,
        kind: &RequestType,
        fields: &Fields,
        title: &str,
        base: &str,
    ) -> Result<Slug, EngineError> {
        let text = kind.slug_text(fields).unwrap_or(title);
        if kind.verb == Verb::Edit {
            return Ok(Slug::derive(text, |_| false));
        }
        // A name whose page cannot be looked up counts as free; then the same look-up fails here, loudly.
        let page_exists = |name: &str| -> Result<bool, EngineError> {
            let page = Slug::new(name).ok().and_then(|slug| kind.page_for(&slug));
            match page {
                Some(page) => self.bench.workshop.holds(base, &page),
                None => Ok(false),
            }
        };
        let slug = Slug::derive(text, |name| page_exists(name).unwrap_or(false));
        page_exists(slug.as_str())?;
        Ok(slug)
    }

    /// Says why the caps would refuse another run; the reservation itself is made when the run starts.
    async fn budget_refusal(
        &self,
        number: Number,
        record: &Record,
        factory: &Factory,
    ) -> Result<Option<String>, EngineError> {
        let name = format!("{}-{}", number.0, record.attempt + 1);
        self.refusal(number, &name, factory).await
    }

    /// Says why the caps would refuse a run that is charged to an issue or pull request.
    pub(crate) async fn refusal(
        &self,
        number: Number,
        name: &str,
        factory: &Factory,
    ) -> Result<Option<String>, EngineError> {
        let ask = Ask {
            id: EntryId::new(format!("run-{name}")),
            issue: number.0,
            run: LedgerRun::new(name),
            at: (self.ports.clock)(),
            amount: self.settings.run_price,
        };
        let entries = self.ports.ledger.entries(None).await?;
        let refusal = fold(&entries).may_reserve(&ask, &caps(factory)).err();
        Ok(refusal.map(|reached| {
            let why = LedgerError::from(reached).to_string();
            format!("`factory.toml` sets the caps, and {why}.")
        }))
    }
}

/// The caps of a factory.
pub(crate) fn caps(factory: &Factory) -> Caps {
    Caps {
        run: factory.budget.run,
        issue: factory.budget.issue,
        day: Some(factory.budget.day),
        month: factory.budget.month,
    }
}
