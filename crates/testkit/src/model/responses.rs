//! OpenAI's Responses: an answer as one object, and as the events of a stream.

use serde_json::{Value, json};

use super::messages::Answer;

fn items(answer: &Answer<'_>) -> Vec<Value> {
    let text = (!answer.text.is_empty()).then(|| {
        json!({
            "type": "message", "id": format!("msg_{}", answer.id), "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": answer.text, "annotations": [] }],
        })
    });
    let calls = answer.calls.iter().enumerate().map(|(index, call)| {
        let (name, input) = call.for_responses(answer.scene);
        let id = format!("{}_{index}", answer.id);
        json!({
            "type": "function_call", "id": format!("fc_{id}"), "call_id": format!("call_{id}"),
            "name": name, "arguments": input.to_string(), "status": "completed",
        })
    });
    text.into_iter().chain(calls).collect()
}

/// The answer as one object.
pub(super) fn whole(answer: &Answer<'_>) -> Value {
    let used = answer.usage;
    // Here the tokens of the cache are among those that were read.
    let input = used.input + used.cache_read + used.cache_write;
    json!({
        "id": format!("resp_{}", answer.id), "object": "response", "status": "completed", "model": answer.model,
        "output": items(answer),
        "usage": {
            "input_tokens": input, "input_tokens_details": { "cached_tokens": used.cache_read },
            "output_tokens": used.output, "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": input + used.output,
        },
    })
}

/// The first event of a stream.
pub(super) fn begin(answer: &Answer<'_>) -> Value {
    json!({ "type": "response.created", "response": {
        "id": format!("resp_{}", answer.id), "object": "response", "status": "in_progress",
        "model": answer.model, "output": [],
    }})
}

/// A stream that has begun to say something.
pub(super) fn open_text() -> Value {
    json!({ "type": "response.output_item.added", "output_index": 0, "item": {
        "type": "message", "id": "msg_open", "role": "assistant", "status": "in_progress", "content": [],
    }})
}

/// A piece of what the first item says.
pub(super) fn piece(text: &str) -> Value {
    json!({
        "type": "response.output_text.delta", "item_id": "msg_open", "output_index": 0, "content_index": 0,
        "delta": text,
    })
}

/// Every event of a stream.
pub(super) fn events(answer: &Answer<'_>) -> Vec<Value> {
    let mut events = vec![begin(answer)];
    for (index, item) in items(answer).into_iter().enumerate() {
        events.push(
            json!({ "type": "response.output_item.done", "output_index": index, "item": item }),
        );
    }
    events.push(json!({ "type": "response.completed", "response": whole(answer) }));
    events
}

/// An error as this protocol says it.
pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "invalid_api_key",
        429 => "rate_limit_exceeded",
        _ => "server_error",
    };
    json!({ "error": { "type": kind, "code": kind, "message": message } })
}
