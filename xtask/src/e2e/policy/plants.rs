//! Rules that are known to be wrong, planted in our side of the comparison: each must be caught.

use anyhow::Result;
use lightsout_policy::{RuleList, Tool, judge};

use super::program::Desk;
use super::table::Group;

/// A wrong rule, as what it would make of a call and of the lists.
pub(super) struct Plant {
    pub(super) name: &'static str,
    call: fn(&str) -> String,
    allow: fn(&str) -> String,
    deny: fn(&str) -> String,
}

fn same(text: &str) -> String {
    text.to_owned()
}

const NOTHING: Plant = Plant {
    name: "nothing",
    call: same,
    allow: same,
    deny: same,
};

/// Every plant.
pub(super) const PLANTS: &[Plant] = &[
    Plant {
        name: "`&` is taken for a plain separator",
        call: |call| call.replace(" & ", " ; ").trim_end_matches(" &").to_owned(),
        ..NOTHING
    },
    Plant {
        name: "a prefix need not end at a word",
        allow: |rules| rules.replace(":*)", "*)"),
        ..NOTHING
    },
    Plant {
        name: "one allowed part is enough",
        call: |call| {
            let end = ["&&", "||", ";", "|", "\n"]
                .iter()
                .filter_map(|operator| call.find(operator))
                .min();
            call[..end.unwrap_or(call.len())].to_owned()
        },
        ..NOTHING
    },
    Plant {
        name: "rules to deny are not asked",
        deny: |_| String::new(),
        ..NOTHING
    },
    Plant {
        name: "redirections are not looked at",
        call: |call| call.split(" > ").next().unwrap_or_default().to_owned(),
        ..NOTHING
    },
    Plant {
        name: "`env` and `sudo` are taken off",
        call: |call| {
            call.trim_start_matches("env ")
                .trim_start_matches("sudo ")
                .to_owned()
        },
        ..NOTHING
    },
    Plant {
        name: "any variable may be set before a command",
        call: |call| call.trim_start_matches("FOO=1 ").to_owned(),
        ..NOTHING
    },
    Plant {
        name: "commands in commands are free text",
        call: |call| call.replace("$(", "").replace(['`', ')'], ""),
        ..NOTHING
    },
    Plant {
        name: "a bare `Edit` opens the shell's redirections",
        allow: |rules| rules.replace("Edit,", "Edit(**),"),
        ..NOTHING
    },
];

impl Plant {
    /// Says whether our side would allow a call with this rule planted.
    pub(super) fn allows(&self, group: &Group, call: &str, desk: &Desk) -> Result<bool> {
        let call = desk.fill(call);
        let call = match group.tool {
            Tool::Bash => (self.call)(&call),
            Tool::Write | Tool::Edit | Tool::Read => call,
        };
        let rules = RuleList::parse(&(self.allow)(&group.allow), &(self.deny)(&group.deny))?;
        Ok(judge(&group.tool.call(call), &desk.place(), &rules).is_allowed())
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{self, Listed};
    use super::*;

    #[test]
    fn what_the_program_was_seen_to_refuse_catches_every_plant_and_nothing_else() {
        let groups = table::read().expect("the table");
        let desk = Desk::nowhere();
        let caught = |plant: &Plant| {
            let calls = groups
                .iter()
                .flat_map(|group| group.calls().into_iter().map(move |call| (group, call)));
            let laxer = calls.filter(|(group, (call, listed))| {
                *listed == Listed::Refused && plant.allows(group, call, &desk).expect("rules")
            });
            laxer.count()
        };
        assert_eq!(caught(&NOTHING), 0);
        for plant in PLANTS {
            assert!(caught(plant) > 0, "{}", plant.name);
        }
    }
}
