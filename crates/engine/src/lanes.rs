//! What a run may change, by its role.

use lightsout_lifecycle::Role;
use lightsout_policy::Role as Allowed;
use lightsout_taxonomy::{Factory, Fields, Lane};

use crate::Commission;

/// Whether a role hands in commits at all.
pub(crate) fn writes(role: Role) -> bool {
    match role {
        Role::Author | Role::Healer { .. } | Role::Fixer | Role::Checker => true,
        Role::Reviewer | Role::Canary => false,
    }
}

/// The role whose allow-list an agent works under.
pub(crate) fn allowed(role: Role) -> Allowed {
    match role {
        Role::Author => Allowed::Author,
        Role::Healer { .. } | Role::Fixer => Allowed::Healer,
        // Nobody works under that of a checker.
        Role::Reviewer | Role::Canary | Role::Checker => Allowed::Reviewer,
    }
}

/// Where the work of a run may lie; none when its content type is gone from `factory.toml`.
///
/// Whoever works for a request stays in that request's lane, also when mending: the lane of its type where the request
/// itself cannot be read any more. Repairs of anything else may touch what is not protected. Readers change nothing.
pub(crate) fn lane(factory: &Factory, commission: &Commission) -> Option<Lane> {
    if !writes(commission.order.role) {
        return Some(factory.closed_lane());
    }
    let Some(label) = commission.kind() else {
        let belongs = matches!(commission.order.role, Role::Author | Role::Checker);
        return (!belongs).then(|| factory.whole_lane());
    };
    let kind = factory.request_type(label)?;
    let none = Fields::default();
    let request = commission.request.as_ref();
    Some(factory.lane_for(kind, request.map_or(&none, |request| &request.fields)))
}
