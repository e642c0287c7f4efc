module

public import Antiphon.Repl

/-!
# The community REPL's protocol

What `leanprover-community/repl` speaks, on our Lean and our header, so that its clients (LeanInteract,
Kimina's server, anything else) can drive the embedded Lean: a request is a JSON object over one or more
lines ended by a blank line, a reply is pretty-printed JSON and a blank line.

    {"cmd": TEXT, "env"?: N, "gc"?: true}   run commands, on environment N or after a header of `import`s
    {"path": FILE, "env"?: N}               the same with the text of a file

The reply is `{"env"?, "messages"?, "sorries"?}` or `{"message": WHY}`. Every import means the header this
process was started with: there is no other library here. With `gc` the new environment is not kept and
has no number. Not there: tactic mode, pickling, `allTactics`, `infotree`.

Here, as in the original, a proof counts when no message is an error. That is a weaker question than the
one `Repl.lean` answers (docs/trust.md): no verdict of Antiphon's comes from this process.
-/

open Lean Elab Command

namespace Antiphon.Community

/-- The embedded library does not export the compiled form of `++`, nor one of a function with a type argument. -/
def onto : List α → List α → List α
  | [], bs => bs
  | a :: as, bs => a :: onto as bs

def object (fields : List (String × Option Json)) : Json :=
  let rec present : List (String × Option Json) → List (String × Json)
    | [] => []
    | (name, some json) :: rest => (name, json) :: present rest
    | (_, none) :: rest => present rest
  Json.mkObj (present fields)

def array (items : List Json) : Json := Json.arr (items.foldl (fun out item => out.push item) #[])

/-- As the original has it, a list that is empty is left out. -/
def unlessEmpty (items : List Json) : Option Json := match items with | [] => none | _ => some (array items)

def positionJson (p : Position) : Json :=
  Json.mkObj [("line", Json.num p.line), ("column", Json.num p.column)]

def messageJson (m : Message) : IO Json := do
  let severity := match m.severity with | .error => "error" | .warning => "warning" | .information => "info"
  let text ← m.data.toString
  return object [("severity", some (Json.str severity)), ("pos", some (positionJson m.pos)),
    ("endPos", some (match m.endPos with | some p => positionJson p | none => Json.null)), ("data", some (Json.str text))]

def messagesJson : List Message → IO (List Json)
  | [] => return []
  | m :: ms => return (← messageJson m) :: (← messagesJson ms)

/-! ## Written `sorry`s, with the goals they leave -/

def sorryJson (map : FileMap) (stx : Syntax) (goal : String) : Json :=
  let at' (p : Option String.Pos.Raw) := some (positionJson (map.toPosition (p.getD 0)))
  object [("pos", at' stx.getPos?), ("endPos", at' stx.getTailPos?), ("goal", some (Json.str goal))]

def infoSorries (map : FileMap) (ctx : ContextInfo) (info : Info) : IO (List Json) := do
  match info with
  | .ofTacticInfo i =>
    if i.stx.isOfKind ``Parser.Tactic.tacticSorry then
      let goals ← { ctx with mctx := i.mctxBefore }.ppGoals i.goalsBefore
      return [sorryJson map i.stx goals.pretty]
    else return []
  | .ofTermInfo i =>
    if i.stx.isOfKind ``Parser.Term.sorry then
      match i.expectedType? with
      | some type =>
        let goal : MVarId := ⟨`goal⟩
        let mctx := ctx.mctx.addExprMVarDecl goal .anonymous i.lctx {} type
        return [sorryJson map i.stx (← { ctx with mctx }.ppGoals [goal]).pretty]
      | none => return []
    else return []
  | _ => return []

mutual
partial def treeSorries (map : FileMap) (ctx? : Option ContextInfo) (tree : InfoTree) : IO (List Json) := do
  match tree with
  | .context partialCtx tree => treeSorries map (partialCtx.mergeIntoOuter? ctx?) tree
  | .node info children =>
    match ← (match ctx? with | some ctx => infoSorries map ctx info | none => return []) with
    | [] => forestSorries map (info.updateContext? ctx?) (trees children)
    | found => return found  -- a tactic `sorry` holds a term `sorry` of its own
  | .hole _ => return []

partial def forestSorries (map : FileMap) (ctx? : Option ContextInfo) : List InfoTree → IO (List Json)
  | [] => return []
  | tree :: rest => return onto (← treeSorries map ctx? tree) (← forestSorries map ctx? rest)
end

/-! ## The loop -/

structure Session where
  base : Command.State
  environments : Array Command.State := #[]

def failure (why : String) : Json := Json.mkObj [("message", Json.str why)]

/-- Runs commands on one environment; the reply, and the environment after them. -/
def run (session : Session) (text : String) (env? : Option Nat) : IO (Except String (Json × Command.State)) := do
  let input : Parser.InputContext :=
    { inputString := text, fileName := "<input>", fileMap := text.toFileMap, endPos := text.rawEndPos, endPos_valid := by simp }
  let fresh (st : Command.State) : Command.State :=
    { st with messages := {}, infoState := { st.infoState with enabled := true, trees := {} } }
  let start : Option (Parser.ModuleParserState × Command.State) ← match env? with
    | some n => pure (session.environments[n]?.map fun st => ({}, fresh st))
    | none => do
      let (_, parser, messages) ← Parser.parseHeader input
      pure (some (parser, { fresh session.base with messages }))
  match start with
  | none => return .error "Unknown environment."
  | some (parser, st) =>
    let result ← IO.processCommands input parser st
    let st := result.commandState
    let messages ← messagesJson st.messages.toList
    let sorries ← forestSorries input.fileMap none (trees st.infoState.trees)
    let reply := object [("messages", unlessEmpty messages), ("sorries", unlessEmpty sorries)]
    return .ok (reply, { st with messages := {}, infoState := {}, traceState := {} })

def answer (session : Session) (request : Json) : IO (Session × Json) := do
  let env? := match request.getObjValAs? Nat "env" with | .ok n => some n | .error _ => none
  let text? : Option String ← match request.getObjValAs? String "cmd", request.getObjValAs? String "path" with
    | .ok text, _ => pure (some text)
    | _, .ok path => pure (some (← IO.FS.readFile path))
    | _, _ => pure none
  match text? with
  | none => return (session, failure "Neither `cmd` nor `path`: nothing else is served here.")
  | some text =>
    match ← run session text env? with
    | .error why => return (session, failure why)
    | .ok (reply, st) =>
      if request.getObjVal? "gc" matches .ok (.bool true) then return (session, reply)
      let number := Json.mkObj [("env", Json.num session.environments.size)]
      return ({ session with environments := session.environments.push st }, reply.mergeObj number)

/-- The lines up to a blank one, joined; `none` at the end of the input. -/
partial def readRequest (stdin : IO.FS.Stream) (sofar : String) : IO (Option String) := do
  let line ← stdin.getLine
  let text := line.trimAscii.toString
  if line.isEmpty then return none
  else if text.isEmpty then return some sofar
  else if sofar.isEmpty && (text.startsWith "#" || text.startsWith "--") then readRequest stdin sofar
  else readRequest stdin (sofar ++ text)

partial def loop (session : Session) (stdin : IO.FS.Stream) : IO Unit := do
  match ← readRequest stdin "" with
  | none => return
  | some text =>
    let (session, reply) ← match Json.parse text with
      | .error why => pure (session, failure ("Could not parse JSON:\n" ++ why))
      | .ok request =>
        try answer session request
        catch e => pure (session, failure (toString e))
    IO.println (reply.pretty ++ "\n")
    (← IO.getStdout).flush
    loop session stdin

public def serve (base : Command.State) : IO Unit := do
  loop { base } (← IO.getStdin)

end Antiphon.Community
