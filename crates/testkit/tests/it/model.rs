//! What the scripted model answers, and what it remembers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use lightsout_testkit::model::{Call, Conversation, Exchange, ModelServer, Turn, Usage};
use serde_json::{Value, json};

/// Sends one question and reads until the line closes, or is silent for `patience`, or has said a great deal.
fn ask(server: &ModelServer, path: &str, body: &Value, patience: Duration) -> String {
    let address = server.url().replace("http://", "");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(patience)).expect("a time-out");
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: model\r\nconnection: close\r\nx-api-key: sk-test\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("a question");
    stream.write_all(body.as_bytes()).expect("a question");
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        answer.extend_from_slice(&chunk[..count]);
        if answer.len() > MUCH {
            break;
        }
    }
    String::from_utf8(answer).expect("text")
}

fn messages(session: &str, prompt: &str, stream: bool) -> Value {
    json!({
        "model": "claude-sonnet-4-6", "stream": stream, "metadata": { "user_id": session },
        "system": [{ "type": "text", "text": "Primary working directory: /site\nMore." }],
        "tools": [{ "name": "Bash" }],
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": prompt }] }],
    })
}

fn responses(session: &str, prompt: &str, stream: bool) -> Value {
    json!({
        "model": "gpt-5", "stream": stream, "prompt_cache_key": session,
        "tools": [{ "type": "function", "name": "exec_command" }],
        "input": [
            { "type": "message", "role": "developer", "content": [{ "type": "input_text", "text": "Be good." }] },
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "<cwd>/site</cwd>" }] },
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": prompt }] },
        ],
    })
}

/// More than any whole answer of these tests has.
const MUCH: usize = 4_000;
const SOON: Duration = Duration::from_secs(10);

/// The objects of a stream, in order.
fn events(answer: &str) -> Vec<Value> {
    let lines = answer
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    lines
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect()
}

fn faq() -> Conversation {
    Conversation::new("faq", ["(issue 5)"])
        .turn(
            Turn::say("Looking.")
                .shell("ls {cwd}")
                .write("{cwd}/a.mdx", "hello")
                .using(Usage {
                    input: 7,
                    output: 3,
                    cache_read: 2,
                    cache_write: 1,
                }),
        )
        .turn(Turn::say("READY"))
}

#[test]
fn messages_are_answered_turn_by_turn_and_session_by_session() {
    let server = ModelServer::start(vec![faq()]).expect("a server");
    let first = ask(
        &server,
        "/v1/messages?beta=true",
        &messages("a", "(issue 5)", true),
        SOON,
    );
    let kinds: Vec<_> = events(&first)
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    assert_eq!(kinds[0], "message_start");
    assert_eq!(kinds.last().expect("events"), "message_stop");
    let calls: Vec<Value> = events(&first)
        .iter()
        .filter_map(|event| event["delta"]["partial_json"].as_str())
        .map(|input| serde_json::from_str(input).expect("input"))
        .collect();
    assert_eq!(calls[0]["command"], "ls /site");
    assert_eq!(calls[1]["file_path"], "/site/a.mdx");

    // The same session goes on, another begins anew, and both forms say the same.
    let second = ask(
        &server,
        "/v1/messages",
        &messages("a", "(issue 5)", false),
        SOON,
    );
    assert!(second.contains(r#""text":"READY""#), "{second}");
    let other = ask(
        &server,
        "/v1/messages",
        &messages("b", "(issue 5)", false),
        SOON,
    );
    assert!(other.contains(r#""stop_reason":"tool_use""#), "{other}");
    assert!(other.contains(r#""cache_read_input_tokens":2"#), "{other}");

    let exchanges = server.exchanges_of("faq");
    let turns: Vec<_> = exchanges
        .iter()
        .map(|one| (one.session.as_str(), one.number))
        .collect();
    assert_eq!(turns, [("a", 0), ("a", 1), ("b", 0)]);
    assert_eq!(exchanges[0].key.as_deref(), Some("sk-test"));
    assert_eq!(exchanges[0].tools(), ["Bash"]);
    assert_eq!(server.surprises(), Vec::<String>::new());
}

#[test]
fn responses_are_answered_too() {
    let server = ModelServer::start(vec![faq()]).expect("a server");
    let first = ask(
        &server,
        "/v1/responses",
        &responses("a", "(issue 5)", true),
        SOON,
    );
    let events = events(&first);
    let items: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "response.output_item.done")
        .map(|event| &event["item"])
        .collect();
    assert_eq!(items[0]["content"][0]["text"], "Looking.");
    assert_eq!(items[1]["arguments"], r#"{"cmd":"ls /site"}"#);
    let done = &events.last().expect("events")["response"];
    assert_eq!(done["usage"]["input_tokens"], 10);
    assert_eq!(done["usage"]["input_tokens_details"]["cached_tokens"], 2);
    let second = ask(
        &server,
        "/v1/responses",
        &responses("a", "(issue 5)", false),
        SOON,
    );
    assert!(second.contains("READY"), "{second}");
    let exchange = &server.exchanges()[0];
    assert_eq!(exchange.instructions(), "Be good.");
    assert!(exchange.prompt().ends_with("(issue 5)"));
}

#[test]
fn results_of_tools_are_read_in_both_protocols() {
    let server = ModelServer::start(vec![faq()]).expect("a server");
    let mut body = messages("a", "(issue 5)", false);
    body["messages"].as_array_mut().expect("a list").push(json!({
        "role": "user",
        "content": [{ "type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": "denied" }],
    }));
    ask(&server, "/v1/messages", &body, SOON);
    let mut body = responses("b", "(issue 5)", false);
    body["input"].as_array_mut().expect("a list").push(json!({
        "type": "function_call_output", "call_id": "c1", "output": "not found",
    }));
    ask(&server, "/v1/responses", &body, SOON);
    let results: Vec<_> = server
        .exchanges()
        .iter()
        .flat_map(Exchange::tool_results)
        .collect();
    let seen: Vec<_> = results
        .iter()
        .map(|one| (one.id.as_str(), one.text.as_str(), one.is_error))
        .collect();
    assert_eq!(seen, [("t1", "denied", true), ("c1", "not found", false)]);
}

#[test]
fn errors_repeat_and_what_nothing_is_written_for_is_a_surprise() {
    let script = vec![
        Conversation::new("down", ["down"]).turn(Turn::error(529, "too busy")),
        Conversation::new("once", ["once"])
            .unless("twice")
            .turn(Turn::say("READY")),
    ];
    let server = ModelServer::start(script).expect("a server");
    for _ in 0..3 {
        let answer = ask(&server, "/v1/messages", &messages("a", "down", true), SOON);
        assert!(
            answer.starts_with("HTTP/1.1 529") && answer.contains("overloaded_error"),
            "{answer}"
        );
    }
    assert_eq!(server.surprises(), Vec::<String>::new());
    ask(&server, "/v1/messages", &messages("a", "once", false), SOON);
    let again = ask(&server, "/v1/messages", &messages("a", "once", false), SOON);
    let twice = ask(
        &server,
        "/v1/messages",
        &messages("a", "once, twice", false),
        SOON,
    );
    let elsewhere = ask(&server, "/v1/files", &json!({}), SOON);
    assert!(again.starts_with("HTTP/1.1 400") && twice.starts_with("HTTP/1.1 400"));
    assert!(elsewhere.starts_with("HTTP/1.1 404"));
    assert_eq!(server.surprises().len(), 3, "{:?}", server.surprises());
}

#[test]
fn a_stream_can_break_stall_and_never_end() {
    let script = vec![
        Conversation::new("cut", ["cut"]).turn(Turn::Cut {
            text: "Half a".to_owned(),
        }),
        Conversation::new("stall", ["stall"]).turn(Turn::Stall),
        Conversation::new("endless", ["endless"]).turn(Turn::Endless),
    ];
    let server = ModelServer::start(script).expect("a server");
    let soon = Duration::from_millis(700);
    for route in ["/v1/messages", "/v1/responses"] {
        for stream in [true, false] {
            let body = |prompt: &str| match route {
                "/v1/messages" => messages("a", prompt, stream),
                _ => responses("a", prompt, stream),
            };
            // The last chunk of a whole answer is an empty one.
            let cut = ask(&server, route, &body("cut"), SOON);
            assert!(
                cut.starts_with("HTTP/1.1 200") && !cut.ends_with("0\r\n\r\n"),
                "{cut}"
            );
            assert!(!stream || cut.contains("Half a"), "{cut}");
            let stall = ask(&server, route, &body("stall"), soon);
            assert!(stall.ends_with("\r\n\r\n") || stall.is_empty(), "{stall}");
        }
        let body = match route {
            "/v1/messages" => messages("a", "endless", true),
            _ => responses("a", "endless", true),
        };
        let endless = ask(&server, route, &body, SOON);
        assert!(
            endless.len() > MUCH && endless.contains("and so on"),
            "{endless}"
        );
    }
}

#[test]
fn questions_beside_the_work_take_no_turn() {
    let server = ModelServer::start(vec![faq()]).expect("a server");
    let mut title = messages("a", "(issue 5)", false);
    title["tools"] = json!([]);
    let answer = ask(&server, "/v1/messages", &title, SOON);
    assert!(answer.contains("A step of the script"), "{answer}");
    let count = ask(&server, "/v1/messages/count_tokens", &title, SOON);
    assert!(count.contains("input_tokens"), "{count}");
    assert_eq!(server.exchanges_of("faq").len(), 0);
}

#[test]
fn a_script_is_data() {
    let script = vec![
        faq().turn(Turn::say("").call(Call::Tool {
            name: "Read".to_owned(),
            input: json!({ "file_path": "{cwd}/a" }),
        })),
        Conversation::new("bad", ["x"])
            .turn(Turn::Stall)
            .turn(Turn::error(500, "no")),
    ];
    let text = serde_json::to_string(&script).expect("data");
    assert_eq!(
        serde_json::from_str::<Vec<Conversation>>(&text).expect("a script"),
        script
    );
    let short = r#"[{"name":"a","when":[],"turns":[{"answer":{"text":"READY"}},"stall"]}]"#;
    assert_eq!(
        serde_json::from_str::<Vec<Conversation>>(short).expect("a script")[0].turns[0],
        Turn::say("READY")
    );
    assert!(
        serde_json::from_str::<Vec<Conversation>>(r#"[{"name":"a","when":[],"turn":[]}]"#).is_err()
    );
}

#[test]
fn a_call_may_name_what_only_the_prompt_tells() {
    let conversation = Conversation::new("paths", ["(issue 5)"])
        .turn(Turn::say("").read("{after:As JSON: }"))
        .turn(Turn::say("").shell("cat {after:As JSON: } {after:Nowhere: }{after:open {cwd}/x"));
    let prompt = "(issue 5)\n- As JSON: `/run/request.json`.\n- Other: `{after:As JSON: }`\n";
    let calls = |path: &str, body: &dyn Fn() -> Value, input: &dyn Fn(&Value) -> String| {
        let server = ModelServer::start(vec![conversation.clone()]).expect("a server");
        [0, 1].map(|_| input(&whole(&ask(&server, path, &body(), SOON))))
    };
    let told = [
        "/run/request.json",
        "cat /run/request.json {after:open /site/x",
    ];
    let spoken = calls(
        "/v1/messages",
        &|| messages("a", prompt, false),
        &|answer| {
            let input = &answer["content"][0]["input"];
            let path = input["file_path"].as_str().or(input["command"].as_str());
            path.unwrap_or_default().to_owned()
        },
    );
    assert_eq!(spoken, told);
    let spoken = calls(
        "/v1/responses",
        &|| responses("a", prompt, false),
        &|answer| {
            answer["output"][0]["arguments"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        },
    );
    assert_eq!(
        spoken[0],
        json!({ "cmd": "cat '/run/request.json'" }).to_string()
    );
    assert_eq!(spoken[1], json!({ "cmd": told[1] }).to_string());
}

/// The object that an answer holds after its head.
fn whole(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").expect("a body").1;
    let start = body.find('{').expect("an object");
    let end = body.rfind('}').expect("an object");
    serde_json::from_str(&body[start..=end]).expect("JSON")
}
