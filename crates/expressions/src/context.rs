//! The contexts of the language.

/// A context of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// The run and the event that started it.
    Github,
    /// What a dispatch or a calling workflow hands in.
    Inputs,
    /// Settings of the repository.
    Vars,
    /// The jobs that this one waits for.
    Needs,
    /// How a matrix is run.
    Strategy,
    /// The values of this job of a matrix.
    Matrix,
    /// Secrets.
    Secrets,
    /// The steps before.
    Steps,
    /// This job.
    Job,
    /// The jobs of a workflow that is called.
    Jobs,
    /// The machine.
    Runner,
    /// The environment.
    Env,
}

impl Context {
    /// Every context in the order above, with its name.
    pub(crate) const ALL: [(Self, &str); 12] = [
        (Self::Github, "github"),
        (Self::Inputs, "inputs"),
        (Self::Vars, "vars"),
        (Self::Needs, "needs"),
        (Self::Strategy, "strategy"),
        (Self::Matrix, "matrix"),
        (Self::Secrets, "secrets"),
        (Self::Steps, "steps"),
        (Self::Job, "job"),
        (Self::Jobs, "jobs"),
        (Self::Runner, "runner"),
        (Self::Env, "env"),
    ];

    /// Returns the name; a workflow may write it in any case.
    pub(crate) const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// Some of the contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contexts(u16);

impl Contexts {
    pub(crate) const ALL: Self = Self((1 << Context::ALL.len()) - 1);

    pub(crate) const fn of(contexts: &[Context]) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < contexts.len() {
            bits |= 1 << contexts[place] as u16;
            place += 1;
        }
        Self(bits)
    }

    pub(crate) const fn has(self, context: Context) -> bool {
        self.0 & (1 << context as u16) != 0
    }

    /// Returns their names.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let all = Context::ALL.into_iter();
        all.filter(move |(context, _)| self.has(*context))
            .map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_context_has_its_own_name() {
        for (place, (context, name)) in Context::ALL.into_iter().enumerate() {
            assert_eq!(context as usize, place, "{name}");
        }
        assert_eq!(
            Contexts::ALL,
            Contexts::of(&Context::ALL.map(|(context, _)| context))
        );
    }
}
