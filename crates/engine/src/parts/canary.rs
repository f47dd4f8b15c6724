//! The skills that content types name, and the issue that remembers who has read them.

use std::collections::BTreeMap;

use lightsout_forge::{Event, Number};
use lightsout_lifecycle::{AnyFacts, CanaryFacts, OwnIssue, RunOrder, SkillFacts, canary_key};
use lightsout_skills::{Against, Level, builtin, check};
use lightsout_taxonomy::Factory;

use crate::commission::{Ground, Material, branch, commit};
use crate::part::Part;
use crate::{Engine, EngineError};

/// The skills and the pinned model.
pub(crate) struct CanaryPart {
    model: String,
    reads: bool,
    skills: Vec<String>,
}

impl CanaryPart {
    pub(crate) fn of(model: &str, reads: bool) -> Self {
        Self {
            model: model.to_owned(),
            reads,
            skills: Vec::new(),
        }
    }
}

impl Part for CanaryPart {
    type Facts = CanaryFacts;

    /// What work on the repository itself is filed under: the number that no forge gives.
    fn number(&self) -> Number {
        Number(0)
    }

    fn title(&self) -> &str {
        &self.model
    }

    async fn read(&mut self, engine: &Engine<'_>, _: &Event) -> Result<CanaryFacts, EngineError> {
        let (base, factory) = engine.base()?;
        let skills = skills_of(&factory);
        self.skills = skills.iter().map(|skill| skill.name.clone()).collect();
        let issue = engine.ports.forge.keyed_issue(&canary_key()).await?;
        let issue = issue.map(|issue| OwnIssue {
            state: issue.state,
            body: issue.body,
        });
        let mut facts = CanaryFacts {
            now: (engine.ports.clock)(),
            enabled: engine.settings.enabled,
            model: self.model.clone(),
            reads: self.reads,
            skills,
            base: branch(&engine.settings.base)?,
            at: commit(&base)?,
            issue,
            run_alive: false,
            budget_refusal: None,
        };
        let mark = facts.record().run;
        facts.run_alive = engine.is_alive(mark.as_ref());
        facts.budget_refusal = engine.refusal(self.number(), "canary", &factory).await?;
        Ok(facts)
    }

    fn any(facts: CanaryFacts) -> AnyFacts {
        AnyFacts::Canary(Box::new(facts))
    }

    async fn ground(
        &self,
        engine: &Engine<'_>,
        _: &RunOrder,
    ) -> Result<Option<Ground>, EngineError> {
        let (rules, factory) = engine.base()?;
        Ok(Some(Ground {
            material: Material::Skills(self.skills.clone()),
            subject: self.model.clone(),
            factory,
            rules,
        }))
    }
}

/// Every skill that a content type names, as the static check finds it.
fn skills_of(factory: &Factory) -> Vec<SkillFacts> {
    let folders = builtin();
    let mut problems: BTreeMap<String, String> = BTreeMap::new();
    let pairs = factory.types.iter().flat_map(|kind| {
        let skills = kind.skills.iter();
        skills.map(|skill| (kind.label.clone(), skill.name.clone()))
    });
    let against = Against {
        named: &pairs.collect::<Vec<_>>(),
        // What the command line knows, whoever builds it checks.
        command: &|_| Ok(()),
    };
    for finding in check(&folders, &against) {
        if finding.level == Level::Error {
            let said = problems.entry(finding.skill.clone()).or_default();
            said.clone_from(&finding.message);
        }
    }
    let skills = factory.types.iter().flat_map(|kind| &kind.skills);
    let mut names: Vec<&str> = skills.map(|skill| skill.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let fact = |name: &str| {
        let skill = folders.iter().filter_map(|folder| folder.skill().ok());
        let skill = skill.into_iter().find(|skill| skill.name == name);
        SkillFacts {
            problem: match &skill {
                Some(_) => problems.get(name).cloned(),
                None => Some("there is no such skill".to_owned()),
            },
            phrase: skill.and_then(|skill| skill.canary).unwrap_or_default(),
            name: name.to_owned(),
        }
    };
    names.into_iter().map(fact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skill_of_the_built_in_types_loads_and_has_a_phrase() {
        let skills = skills_of(&Factory::builtin());
        assert!(skills.len() > 4);
        for skill in skills {
            assert_eq!(skill.problem, None, "{}", skill.name);
            assert!(!skill.phrase.is_empty(), "{}", skill.name);
        }
    }

    #[test]
    fn a_skill_that_nobody_brings_along_is_a_problem() {
        let mut factory = Factory::builtin();
        factory.types[0].skills[0].name = "cms-no-such-skill".to_owned();
        let skills = skills_of(&factory);
        let found = skills
            .iter()
            .find(|skill| skill.name == "cms-no-such-skill");
        assert!(found.is_some_and(|skill| skill.problem.is_some()));
    }
}
