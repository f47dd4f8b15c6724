//! Anthropic's Messages: an answer as one object, and as the events of a stream.

use serde_json::{Value, json};

use super::script::{Call, Scene, Usage};

/// What an answer is rendered from.
pub(super) struct Answer<'a> {
    /// A name for it that no other answer has.
    pub(super) id: &'a str,
    /// The model that was asked for.
    pub(super) model: &'a Value,
    /// What the program told of where it works.
    pub(super) scene: &'a Scene,
    pub(super) text: &'a str,
    pub(super) calls: &'a [Call],
    pub(super) usage: Usage,
}

fn blocks(answer: &Answer<'_>) -> Vec<Value> {
    let text = (!answer.text.is_empty()).then(|| json!({ "type": "text", "text": answer.text }));
    let calls = answer.calls.iter().enumerate().map(|(index, call)| {
        let (name, input) = call.for_messages(answer.scene);
        let id = format!("toolu_{}_{index}", answer.id);
        json!({ "type": "tool_use", "id": id, "name": name, "input": input })
    });
    text.into_iter().chain(calls).collect()
}

fn stop_reason(answer: &Answer<'_>) -> &'static str {
    if answer.calls.is_empty() {
        "end_turn"
    } else {
        "tool_use"
    }
}

fn usage(used: Usage, output: u64) -> Value {
    json!({
        "input_tokens": used.input, "output_tokens": output,
        "cache_creation_input_tokens": used.cache_write, "cache_read_input_tokens": used.cache_read,
    })
}

/// The answer as one object.
pub(super) fn whole(answer: &Answer<'_>) -> Value {
    json!({
        "id": format!("msg_{}", answer.id), "type": "message", "role": "assistant", "model": answer.model,
        "content": blocks(answer), "stop_reason": stop_reason(answer), "stop_sequence": null,
        "usage": usage(answer.usage, answer.usage.output),
    })
}

/// The first event of a stream.
pub(super) fn begin(answer: &Answer<'_>) -> Value {
    json!({ "type": "message_start", "message": {
        "id": format!("msg_{}", answer.id), "type": "message", "role": "assistant", "model": answer.model,
        "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage(answer.usage, 1),
    }})
}

/// A stream that has begun to say something.
pub(super) fn open_text() -> Value {
    json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } })
}

/// A piece of what the first block says.
pub(super) fn piece(text: &str) -> Value {
    json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text } })
}

/// Every event of a stream.
pub(super) fn events(answer: &Answer<'_>) -> Vec<Value> {
    let mut events = vec![begin(answer)];
    for (index, block) in blocks(answer).into_iter().enumerate() {
        let (start, delta) = if block["type"] == "text" {
            let delta = json!({ "type": "text_delta", "text": block["text"] });
            (json!({ "type": "text", "text": "" }), delta)
        } else {
            let delta =
                json!({ "type": "input_json_delta", "partial_json": block["input"].to_string() });
            let mut start = block;
            start["input"] = json!({});
            (start, delta)
        };
        events
            .push(json!({ "type": "content_block_start", "index": index, "content_block": start }));
        events.push(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    events.push(json!({
        "type": "message_delta", "delta": { "stop_reason": stop_reason(answer), "stop_sequence": null },
        "usage": usage(answer.usage, answer.usage.output),
    }));
    events.push(json!({ "type": "message_stop" }));
    events
}

/// An error as this protocol says it.
pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": message } })
}
