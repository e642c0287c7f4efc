module

public import Lean.Elab.Frontend
public import Lean.Data.Json.Parser
public import Lean.Data.Json.Printer

/-!
# The checking process

One request a line on standard input, one reply a line on standard output: `ID JSON`, where `ID` is
the request's own secret. A candidate never sees the secret, so nothing it prints is a reply.

    {"id", "op": "check", "statement", "proof", "heartbeats"}   is it a proof of exactly this?
    {"id", "op": "goals", "statement", "proof", "heartbeats"}   what does this beginning of a proof leave open?
    {"id", "op": "statement", "statement"}                      does it elaborate alone?
    {"id", "op": "certify", "statement", "export", "heartbeats"}  does the kernel accept these terms for it?
    {"id", "op": "split", "text"}                               where are the theorems of a file?

`words`, a list with spaces between, are the words of Lean's syntax that statement and proof may use;
without the field, all of them.

A `check` with `"export": true` adds the accepted terms as data, which a second process certifies: one
that elaborates statements, and never a word of a candidate's.

The verifier owns `statement` (`theorem NAME … : …`, no `:=`). The candidate supplies `proof`, which is
parsed as one `by` block and put into the verifier's own syntax tree: it has no text to close, no
command to open. A proof counts when the theorem is in the environment with the type that the
statement has *alone*, when the kernel accepts everything it added on an environment that has never
seen the candidate, and when its axioms are among the three of classical mathematics.

The same source serves the embedded and the native profile. The embedded library exports signatures
only, which is why this file avoids functions that need a private specialisation (`s!` of a `Name`, …).
-/

open Lean Elab Command

namespace Antiphon

/-! The embedded library does not export the compiled forms of these: the few lines they take. -/

def anyOf (p : α → Bool) : List α → Bool
  | [] => false
  | a :: as => p a || anyOf p as

def keep (p : α → Bool) : List α → List α
  | [] => []
  | a :: as => if p a then a :: keep p as else keep p as

def onto : List α → List α → List α
  | [], bs => bs
  | a :: as, bs => a :: onto as bs

def upside : List α → List α → List α
  | [], done => done
  | a :: as, done => upside as (a :: done)

def first : Nat → List α → List α
  | n + 1, a :: as => a :: first n as
  | _, _ => []

/-- The axioms of classical mathematics: all that a proof may rest on. -/
def allowedAxioms : List Name := [``propext, ``Classical.choice, ``Quot.sound]

/-- Options in force while anything is elaborated, whatever the header says. Elaboration leaves the
kernel out: `replay` checks all that a candidate adds, once, on the clean environment, where no option
and no declaration of the candidate's is in force. What it has not checked is never called proved. -/
def fixedOptions (opts : Options) (heartbeats : Nat) : Options :=
  let opts := opts.set `maxHeartbeats (DataValue.ofNat heartbeats)
  let opts := opts.set `Elab.async (DataValue.ofBool false)
  let opts := opts.set `debug.skipKernelTC (DataValue.ofBool true)
  opts.set `linter.all (DataValue.ofBool false)

/-- A statement that elaborates alone: its syntax (with `sorry` for a value) and what it says. -/
structure Known where
  stx : Syntax
  name : Name
  type : Expr
  levels : List Name

structure Session where
  base : Command.State
  known : List (String × Known)
  words : String := ""
  allowed : NameSet := {}

/-! ## Parsing -/

def parserContext (st : Command.State) : Parser.ParserModuleContext :=
  match st.scopes with
  | scope :: _ => { env := st.env, options := scope.opts, currNamespace := scope.currNamespace, openDecls := scope.openDecls }
  | [] => { env := st.env, options := {} }

def inputContext (text : String) : Parser.InputContext :=
  { inputString := text, fileName := "", fileMap := text.toFileMap, endPos := text.rawEndPos, endPos_valid := by simp }

def hasErrors (messages : List Message) : Bool :=
  messages |> anyOf fun m => match m.severity with | .error => true | _ => false

/-- The only command of `text`, or why there is not exactly one. -/
def parseOneCommand (st : Command.State) (text : String) : Except String Syntax :=
  let input := inputContext text
  let ctx := parserContext st
  let (stx, state, messages) := Parser.parseCommand input ctx {} {}
  if hasErrors messages.toList then .error "does not parse"
  else
    let (rest, _, messages) := Parser.parseCommand input ctx state {}
    if hasErrors messages.toList || !Parser.isTerminalCommand rest then .error "is not one single theorem"
    else .ok stx

/-- The `by` block that begins at byte `start` and must reach to the end of `text`. -/
def parseProof (st : Command.State) (text : String) (start : String.Pos.Raw) : Except String Syntax :=
  let input := inputContext text
  let parser := Parser.andthenFn Parser.whitespace (Parser.categoryParserFnImpl `term)
  let state := parser.run input (parserContext st) (Parser.getTokenTable st.env) ((Parser.mkParserState text).setPos start)
  if state.allErrors.size != 0 then .error (state.toErrorMsg input)
  else if !input.atEnd state.pos then .error ((state.mkError "end of proof").toErrorMsg input)
  else
    let stx := state.stxStack.back
    if stx.isOfKind ``Parser.Term.byTactic then .ok stx else .error "more than one tactic block"

/-- `theorem NAME SIGNATURE := TERM` without modifiers but perhaps a docstring, and without `where` or
termination hints: its name and its value. -/
def theoremParts (stx : Syntax) : Option (Syntax × Syntax) := do
  guard (stx.isOfKind ``Parser.Command.declaration)
  let _docstring :: modifiers := stx[0].getArgs.toList | failure
  guard !(anyOf (fun modifier => modifier.getNumArgs != 0) modifiers)
  guard (stx[1].isOfKind ``Parser.Command.theorem)
  let value := stx[1][3]
  guard (value.isOfKind ``Parser.Command.declValSimple)
  guard !(anyOf (fun hint => hint.getNumArgs != 0) value[2].getArgs.toList)
  guard (value[3].getNumArgs == 0)
  return (stx[1][1], value)

/-! ## Words -/

/-- A word of the syntax, as opposed to punctuation: what has a letter, and all that quotes or commands. -/
def isWord (token : String) : Bool :=
  anyOf (fun c => c.isAlpha || c == '`' || c == '∎') token.toList || token.startsWith "@[" || (token.startsWith "#" && token != "#" && token != "#[")

/-- The first word of the syntax in these that is not allowed. Names and what stands in quotation marks are no words. -/
partial def strange (allowed : NameSet) : List Syntax → Option String
  | [] => none
  | .atom _ token :: rest => if isWord token && !allowed.contains (.str .anonymous token) then some token else strange allowed rest
  | .node _ kind parts :: rest =>
    if anyOf (· == kind) [strLitKind, charLitKind, numLitKind, scientificLitKind, interpolatedStrLitKind, fieldIdxKind] then strange allowed rest
    else strange allowed (onto parts.toList rest)
  | _ :: rest => strange allowed rest

def Session.strange (session : Session) (stx : Syntax) : Option String :=
  if session.words.isEmpty then none else Antiphon.strange session.allowed [stx]

def Session.allow (session : Session) (words : String) : Session :=
  if words == session.words then session
  else { session with words, known := [], allowed := (words.splitOn " ").foldl (fun set w => set.insert (.str .anonymous w)) {} }

/-! ## Elaboration -/

/-- Runs one command on the base state with the fixed options; the state that results is the caller's to drop. -/
def elaborate (base : Command.State) (stx : Syntax) (text : String) (heartbeats : Nat) : IO Command.State := do
  let scopes := match base.scopes with
    | scope :: rest => { scope with opts := fixedOptions scope.opts heartbeats } :: rest
    | [] => []
  let ctx : Command.Context := { fileName := "", fileMap := text.toFileMap, snap? := none, cancelTk? := none }
  let run : EIO Exception (Unit × Command.State) :=
    (elabCommandTopLevel stx ctx).run { base with scopes, messages := {} }
  match ← run.toIO' with
  | .ok (_, st) => return st
  | .error e =>
    let text ← e.toMessageData.toString
    throw (IO.userError text)

/-- Runs all commands of a trusted file (a header) and keeps what it does. -/
def runTrusted (st : Command.State) (text : String) : IO Command.State := do
  let result ← IO.processCommands (inputContext text) {} { st with messages := {} }
  let st := result.commandState
  for m in st.messages.toList do
    if m.severity matches .error then throw (IO.userError (← m.data.toString))
  return { st with messages := {} }

/-! ## What a term rests on -/

def isTheorem (env : Environment) (name : Name) (info : ConstantInfo) : Bool :=
  match info with
  | .thmInfo _ => true
  | .axiomInfo _ => wasOriginallyTheorem env name  -- an imported theorem whose body is not exported
  | _ => false

/-- An axiom by its own kind. The exported library shows theorems and hidden definitions as axioms too. -/
def isAxiom (env : Environment) (name : Name) (info : ConstantInfo) : Bool :=
  match info with
  | .axiomInfo _ => match getOriginalConstKind? env name with
    | some .thm | some .defn | some .opaque => false
    | _ => true
  | _ => false

structure Walk where
  seen : NameSet := {}
  order : List Name := []   -- new constants, dependencies first
  axioms : List Name := []
  used : List Name := []    -- older constants that the new ones mention

/-- Follows names through the constants that the candidate added. An imported constant is trusted,
unless it is an axiom; an axiom is found by its kind, never by what is printed about it. -/
partial def walk (base env : Environment) (name : Name) (w : Walk) : Walk :=
  if w.seen.contains name then w else
  let w := { w with seen := w.seen.insert name }
  match env.find? name with
  | none => { w with axioms := name :: w.axioms }
  | some info =>
    let isNew := !base.contains name
    let w := if isAxiom env name info then { w with axioms := name :: w.axioms } else w
    if isNew then
      let inValue := match info.value? (allowOpaque := true) with
        | some value => value.getUsedConstants.toList
        | none => []
      let next := onto info.type.getUsedConstants.toList inValue
      let w := next.foldl (fun w n => walk base env n w) w
      { w with order := name :: w.order }
    else { w with used := name :: w.used }

def Walk.declaration? (env : Environment) (name : Name) : Option Declaration :=
  match env.find? name with
  | some (.thmInfo v) => some (.thmDecl v)
  | some (.defnInfo v) => if v.safety matches .safe then some (.defnDecl v) else none
  | some (.opaqueInfo v) => if v.isUnsafe then none else some (.opaqueDecl v)
  | _ => none

/-- Gives everything new to the kernel, dependencies first, on the clean environment. -/
def replay (env : Environment) (heartbeats : Nat) : List Name → Environment → Except (String × String) Unit
  | [], _ => .ok ()
  | name :: order, clean =>
    match Walk.declaration? env name with
    | none => .error ("failed", "it adds something that is neither theorem nor definition")
    | some decl =>
      match clean.addDeclCore (heartbeats * 1000).toUSize decl none with
      | .ok next => replay env heartbeats order next
      | .error .deterministicTimeout => .error ("timeout", "heartbeat limit in the kernel")
      | .error _ => .error ("failed", "the kernel refuses it")

/-! ## Canonical form -/

def levelKey : Level → String
  | .zero => "0"
  | .succ u => "s" ++ levelKey u
  | .max u v => "m" ++ levelKey u ++ "," ++ levelKey v
  | .imax u v => "i" ++ levelKey u ++ "," ++ levelKey v
  | .param n => "p" ++ n.toString
  | .mvar _ => "?"

/-- A type below `outer` leading binders, without the names of bound variables: `$i;` is the leading binder
number `i`, `#i` a variable bound inside. A string is written as numbers: it may hold any of the signs used here. -/
partial def key (outer inner : Nat) : Expr → String
  | .bvar i => if i < inner then "#" ++ toString i else "$" ++ toString (outer + inner - 1 - i) ++ ";"
  | .fvar _ => "f"
  | .mvar _ => "?"
  | .sort u => "S" ++ levelKey u
  | .const n us => us.foldl (fun said u => said ++ "{" ++ levelKey u) n.toString
  | .app f a => "(" ++ key outer inner f ++ " " ++ key outer inner a ++ ")"
  | .lam _ t b _ => "λ" ++ key outer inner t ++ "." ++ key outer (inner + 1) b
  | .forallE _ t b _ => "∀" ++ key outer inner t ++ "." ++ key outer (inner + 1) b
  | .letE _ t v b _ => "l" ++ key outer inner t ++ "=" ++ key outer inner v ++ "." ++ key outer (inner + 1) b
  | .lit (.natVal n) => toString n
  | .lit (.strVal s) => s.foldl (fun said c => said ++ toString c.toNat ++ ",") "\""
  | .mdata _ e => key outer inner e
  | .proj s i e => "π" ++ s.toString ++ toString i ++ key outer inner e

/-- The keys of the leading binders and of the goal; `verify/canonical.py` forgets their order. -/
partial def keys (depth : Nat) (out : Array Json) : Expr → Json
  | .forallE _ t b _ => keys (depth + 1) (out.push (Json.str (key depth 0 t))) b
  | .mdata _ e => keys depth out e
  | goal => Json.arr (out.push (Json.str (key depth 0 goal)))

/-! ## Terms as data

A node of the table is a JSON array that begins with its kind and refers to earlier nodes by their
numbers; equal subterms are written once. Names of bound variables and metadata are left out: they mean
nothing to the kernel. -/

structure Table where
  buckets : Array (List (Expr × Nat)) := Array.replicate 4096 []  -- by hash; the library's own map is not exported
  nodes : Array Json := #[]

def Table.slot (e : Expr) : Nat := e.hash.toNat % 4096

def Table.find? (table : Table) (e : Expr) : Option Nat :=
  let rec go : List (Expr × Nat) → Option Nat
    | [] => none
    | (other, n) :: rest => if other == e then some n else go rest
  go (table.buckets.getD (slot e) [])

def Table.push (table : Table) (e : Expr) (node : Json) : Table × Nat :=
  let number := table.nodes.size
  let bucket := (e, number) :: table.buckets.getD (slot e) []
  ({ buckets := table.buckets.setIfInBounds (slot e) bucket, nodes := table.nodes.push node }, number)

def nameJson (name : Name) : Json :=
  let rec parts : Name → List Json → List Json
    | .anonymous, out => out
    | .str p s, out => parts p (Json.str s :: out)
    | .num p n, out => parts p (Json.num n :: out)
  Json.arr ((parts name []).foldl (fun out part => out.push part) #[])

def levelJson : Level → Json
  | .zero => Json.arr #[Json.str "zero"]
  | .succ u => Json.arr #[Json.str "succ", levelJson u]
  | .max u v => Json.arr #[Json.str "max", levelJson u, levelJson v]
  | .imax u v => Json.arr #[Json.str "imax", levelJson u, levelJson v]
  | .param n => Json.arr #[Json.str "param", nameJson n]
  | .mvar _ => Json.null

def levelsJson (levels : List Level) : Json :=
  Json.arr (levels.foldl (fun out u => out.push (levelJson u)) #[])

partial def bare : Expr → Expr
  | .mdata _ e => bare e
  | e => e

def subterms : Expr → List Expr
  | .app f a => [bare f, bare a]
  | .lam _ t b _ | .forallE _ t b _ => [bare t, bare b]
  | .letE _ t v b _ => [bare t, bare v, bare b]
  | .proj _ _ e => [bare e]
  | _ => []

/-- The number of a term; what is not in the table has none, and no reader accepts that. -/
def Table.number (table : Table) (e : Expr) : Json :=
  match table.find? e with
  | some n => Json.num n
  | none => Json.null

/-- The numbers of subterms that are in the table. -/
def Table.numbers (table : Table) (out : Array Json) : List Expr → Array Json
  | [] => out
  | e :: rest => table.numbers (out.push (table.number e)) rest

def Table.node (table : Table) (e : Expr) : Json :=
  let head := match e with
    | .bvar i => #[Json.str "bvar", Json.num i]
    | .sort u => #[Json.str "sort", levelJson u]
    | .const n us => #[Json.str "const", nameJson n, levelsJson us]
    | .app .. => #[Json.str "app"]
    | .lam .. => #[Json.str "lam"]
    | .forallE .. => #[Json.str "forall"]
    | .letE .. => #[Json.str "let"]
    | .lit (.natVal n) => #[Json.str "nat", Json.num n]
    | .lit (.strVal s) => #[Json.str "string", Json.str s]
    | .proj s i _ => #[Json.str "proj", nameJson s, Json.num i]
    | _ => #[Json.null]
  Json.arr (table.numbers head (subterms e))

/-- Adds terms, each after its subterms. A list and no recursion: proofs of `grind` are deeper than the stack. -/
partial def Table.walk (table : Table) : List (Expr × Bool) → Table
  | [] => table
  | (e, opened) :: rest =>
    match table.find? e with
    | some _ => table.walk rest
    | none =>
      if opened then (table.push e (table.node e)).1.walk rest
      else table.walk ((subterms e).foldl (fun out part => (part, false) :: out) ((e, true) :: rest))

def Table.add (table : Table) (e : Expr) : Table × Json :=
  let e := bare e
  let table := table.walk [(e, false)]
  (table, table.number e)

/-- What a candidate added, dependencies first. -/
def exportJson (env : Environment) (names : List Name) : Json :=
  let step : Table × Array Json → Name → Table × Array Json := fun (table, out) name =>
    match env.find? name with
    | some info =>
      match info.value? (allowOpaque := true) with
      | some value =>
        let (table, type) := table.add info.type
        let (table, value) := table.add value
        let kind := match info with | .thmInfo _ => "theorem" | .opaqueInfo _ => "opaque" | _ => "def"
        let levels := Json.arr (info.levelParams.foldl (fun out n => out.push (nameJson n)) #[])
        (table, out.push (Json.mkObj [("kind", Json.str kind), ("name", nameJson name), ("levels", levels),
          ("type", type), ("value", value)]))
      | none => (table, out)
    | none => (table, out)
  let (table, declarations) := names.foldl step ({}, #[])
  Json.mkObj [("nodes", Json.arr table.nodes), ("declarations", Json.arr declarations)]

def elements (json : Json) : Except String (List Json) := return (← json.getArr?).toList

def readName (json : Json) : Except String Name := do
  let rec build : Name → List Json → Except String Name
    | name, [] => return name
    | name, .str s :: rest => build (.str name s) rest
    | name, part :: rest => do build (.num name (← part.getNat?)) rest
  build .anonymous (← elements json)

partial def readLevel (json : Json) : Except String Level := do
  match ← elements json with
  | [.str "zero"] => return .zero
  | [.str "succ", u] => return .succ (← readLevel u)
  | [.str "max", u, v] => return .max (← readLevel u) (← readLevel v)
  | [.str "imax", u, v] => return .imax (← readLevel u) (← readLevel v)
  | [.str "param", n] => return .param (← readName n)
  | _ => throw "not a level"

def readLevels : List Json → Except String (List Level)
  | [] => return []
  | u :: us => return (← readLevel u) :: (← readLevels us)

def readNames : List Json → Except String (List Name)
  | [] => return []
  | n :: ns => return (← readName n) :: (← readNames ns)

def readNode (nodes : Array Expr) (json : Json) : Except String Expr := do
  let node (n : Json) : Except String Expr := do
    match nodes[(← n.getNat?)]? with
    | some e => return e
    | none => throw "a node before its parts"
  match ← elements json with
  | [.str "bvar", i] => return .bvar (← i.getNat?)
  | [.str "sort", u] => return .sort (← readLevel u)
  | [.str "const", n, us] => return .const (← readName n) (← readLevels (← elements us))
  | [.str "app", f, a] => return .app (← node f) (← node a)
  | [.str "lam", t, b] => return .lam `x (← node t) (← node b) .default
  | [.str "forall", t, b] => return .forallE `x (← node t) (← node b) .default
  | [.str "let", t, v, b] => return .letE `x (← node t) (← node v) (← node b) false
  | [.str "nat", n] => return .lit (.natVal (← n.getNat?))
  | [.str "string", .str s] => return .lit (.strVal s)
  | [.str "proj", s, i, e] => return .proj (← readName s) (← i.getNat?) (← node e)
  | _ => throw "not a node"

def readNodes : List Json → Array Expr → Except String (Array Expr)
  | [], out => return out
  | n :: ns, out => do readNodes ns (out.push (← readNode out n))

def readDeclaration (nodes : Array Expr) (json : Json) : Except String Declaration := do
  let node (field : String) : Except String Expr := do
    match nodes[(← json.getObjValAs? Nat field)]? with
    | some e => return e
    | none => throw "no such node"
  let name ← readName (← json.getObjVal? "name")
  let levelParams ← readNames (← elements (← json.getObjVal? "levels"))
  let type ← node "type"
  let value ← node "value"
  match ← json.getObjValAs? String "kind" with
  | "theorem" => return .thmDecl { name, levelParams, type, value }
  | "def" => return .defnDecl { name, levelParams, type, value, hints := .abbrev, safety := .safe }
  | "opaque" => return .opaqueDecl { name, levelParams, type, value, isUnsafe := false }
  | _ => throw "not a kind of declaration"

/-- The declarations of an export, one after the other, through the kernel on a clean environment. -/
def addAll (nodes : Array Expr) (heartbeats : Nat) : List Json → Environment → Except (String × String) Environment
  | [], env => .ok env
  | json :: rest, env =>
    match readDeclaration nodes json with
    | .error why => .error ("failed", "the export cannot be read: " ++ why)
    | .ok decl =>
      match env.addDeclCore (heartbeats * 1000).toUSize decl none with
      | .ok next => addAll nodes heartbeats rest next
      | .error .deterministicTimeout => .error ("timeout", "heartbeat limit in the kernel")
      | .error _ => .error ("failed", "the kernel refuses it")

/-- An expression as `Table` writes it: equal exactly when equal up to names of bound variables and metadata. -/
def sameTerm (a b : Expr) : Bool :=
  let table := (Table.add (Table.add {} a).1 b).1
  match table.find? (bare a), table.find? (bare b) with
  | some i, some j => i == j
  | _, _ => false

/-! ## Requests -/

def reply (outcome reason : String) (more : List (String × Json) := []) : Json :=
  Json.mkObj (("outcome", Json.str outcome) :: ("reason", Json.str reason) :: more)

def namesJson (names : List Name) : Json :=
  Json.arr (names.foldl (fun out n => out.push (Json.str n.toString)) #[])

def messagesJson (messages : MessageLog) : IO Json := do
  let mut out := #[]
  for m in messages.toList do
    let severity := match m.severity with | .error => "error" | .warning => "warning" | .information => "info"
    let text ← m.data.toString
    out := out.push (Json.mkObj [("severity", Json.str severity), ("line", Json.num m.pos.line),
      ("column", Json.num m.pos.column), ("text", Json.str text)])
  return Json.arr out

def mentions (text pattern : String) : Bool := text.splitOn pattern matches _ :: _ :: _

def notAllowed (word what : String) : Json :=
  reply "refused" (what ++ ": `" ++ word ++ "` is not among the words of a proof")

/-- What a statement may cost, whatever its proofs may. -/
def statementHeartbeats : Nat := 10000

/-- Elaborates a statement alone. Fails with the reply to give. -/
def know (session : Session) (statement : String) : IO (Except Json Known) := do
  let text := statement ++ " := sorry"
  match parseOneCommand session.base text with
  | .error why => return .error (reply "out_of_profile" ("the statement " ++ why))
  | .ok stx =>
    let some (declId, value) := theoremParts stx
      | return .error (reply "out_of_profile" "the statement is not of the form `theorem NAME … : …`")
    let expected : String.Pos.Raw := ⟨statement.utf8ByteSize + 1⟩
    unless value[0].getPos? == some expected && value[1].isOfKind ``Parser.Term.sorry do
      return .error (reply "out_of_profile" "the statement holds a `:=` of its own at the end")
    if let some word := session.strange stx[1][2] then return .error (notAllowed word "statement")
    let st ← elaborate session.base stx text statementHeartbeats
    let messages ← messagesJson st.messages
    if hasErrors st.messages.toList then
      return .error (reply "out_of_profile" "the statement does not elaborate" [("messages", messages)])
    let name := declId[0].getId
    match st.env.find? name with
    | some (.thmInfo info) =>
      let w := info.type.getUsedConstants.toList.foldl (fun w n => walk session.base.env st.env n w) {}
      if w.order matches _ :: _ then
        return .error (reply "out_of_profile" "the statement adds declarations of its own")
      if info.type.hasSorry || info.type.hasMVar then
        return .error (reply "out_of_profile" "the statement contains sorry")
      return .ok { stx, name, type := info.type, levels := info.levelParams }
    | _ => return .error (reply "out_of_profile" "the statement declares no theorem of that name")

/-- The last few statements are kept: the samples of a group share one elaboration. -/
def recall (session : Session) (statement : String) : IO (Session × Except Json Known) := do
  match keep (·.1 == statement) session.known with
  | (_, known) :: _ => return (session, .ok known)
  | [] =>
    match ← know session statement with
    | .error e => return (session, .error e)
    | .ok known => return ({ session with known := (statement, known) :: first 15 session.known }, .ok known)

/-- Judges what elaboration has left behind: a pure reading of two environments. -/
def judge (base env : Environment) (known : Known) (heartbeats : Nat) (wanted : Bool) : Json :=
  match env.find? known.name with
  | some (.thmInfo info) =>
    if info.type != known.type || info.levelParams != known.levels then
      reply "failed" "it proves something else than the statement"
    else
      let w := walk base env known.name {}
      let extra := keep (fun a => !allowedAxioms.contains a) w.axioms
      let axioms := ("axioms", namesJson (upside w.axioms []))
      if extra.contains ``sorryAx then reply "failed" "it rests on sorry" [axioms]
      else match extra with
      | a :: _ => reply "failed" ("it rests on the axiom " ++ a.toString) [axioms]
      | [] =>
        match replay env heartbeats (upside w.order []) base with
        | .error (outcome, why) => reply outcome why [axioms]
        | .ok _ =>
          let inType := known.type.getUsedConstants.toList
          let lemmas := w.used |> keep fun n =>
            !inType.contains n && !n.isInternal && match env.find? n with
              | some c => isTheorem env n c
              | none => false
          let terms := if wanted then [("export", exportJson env (upside w.order []))] else []
          reply "proved" "" (axioms :: ("lemmas", namesJson (upside lemmas [])) :: ("canonical", keys 0 #[] known.type) :: terms)
  | some _ => reply "failed" "it is no theorem"
  | none => reply "failed" "no theorem of that name was added"

/-- The text a candidate's proof is read in. -/
def asked (statement proof : String) : String := statement ++ " := by\n" ++ proof

/-- The candidate's `by` block, of allowed words only; else the reply to give. -/
def candidate (session : Session) (statement proof : String) : Except Json Syntax :=
  match parseProof session.base (asked statement proof) ⟨statement.utf8ByteSize + 4⟩ with
  | .error why => .error (reply "failed" "the proof does not parse" [("messages", Json.arr #[Json.mkObj
      [("severity", Json.str "error"), ("line", Json.num 0), ("column", Json.num 0), ("text", Json.str why)]])])
  | .ok body => match session.strange body with
    | some word => .error (notAllowed word "proof")
    | none => .ok body

/-- The statement with this value. -/
def Known.withProof (known : Known) (body : Syntax) : Syntax :=
  known.stx.setArg 1 (known.stx[1].setArg 3 (known.stx[1][3].setArg 1 body))

/-- Whether an error says that the limit was reached. -/
def exhausted (st : Command.State) : IO Bool := do
  let mut found := false
  for m in st.messages.toList do
    if m.severity matches .error then
      if mentions (← m.data.toString) "maximum number of heartbeats" then found := true
  return found

/-- What to reply when an error was reported. -/
def failure? (st : Command.State) : IO (Option Json) := do
  if hasErrors st.messages.toList then
    let messages := ("messages", ← messagesJson st.messages)
    return some (if ← exhausted st then reply "timeout" "heartbeat limit" [messages] else reply "failed" "Lean reports an error" [messages])
  else return none

def check (session : Session) (known : Known) (statement proof : String) (heartbeats : Nat) (wanted : Bool) : IO Json := do
  match candidate session statement proof with
  | .error answer => return answer
  | .ok body =>
    let st ← elaborate session.base (known.withProof body) (asked statement proof) heartbeats
    if let some answer ← failure? st then return answer
    let messages := ("messages", ← messagesJson st.messages)
    return (judge session.base.env st.env known heartbeats wanted).mergeObj (Json.mkObj [messages])

/-! ## The goals of a beginning

A beginning is elaborated like a proof, with one tactic of ours at the end of its syntax tree: `all_goals sorry`. The
goals are those that this tactic finds, read from its own record; nothing is read from what Lean prints. -/

-- A persistent array, read by its own structure: its `toList` is not exported.
mutual
partial def leaves : PersistentArrayNode InfoTree → List InfoTree
  | .leaf trees => trees.toList
  | .node nodes => allLeaves nodes.toList

partial def allLeaves : List (PersistentArrayNode InfoTree) → List InfoTree
  | [] => []
  | node :: rest => onto (leaves node) (allLeaves rest)
end

public def trees (forest : PersistentArray InfoTree) : List InfoTree := onto (leaves forest.root) forest.tail.toList

/-! The record of the first tactic that begins at this place. -/

mutual
partial def tacticAt (place : String.Pos.Raw) (ctx? : Option ContextInfo) : InfoTree → Option (ContextInfo × TacticInfo)
  | .context partialCtx tree => tacticAt place (partialCtx.mergeIntoOuter? ctx?) tree
  | .node info children =>
    let below := firstAt place (info.updateContext? ctx?) (trees children)
    match ctx?, info with
    | some ctx, .ofTacticInfo i => if i.stx.getPos? == some place then some (ctx, i) else below
    | _, _ => below
  | .hole _ => none

partial def firstAt (place : String.Pos.Raw) (ctx? : Option ContextInfo) : List InfoTree → Option (ContextInfo × TacticInfo)
  | [] => none
  | tree :: rest => match tacticAt place ctx? tree with
    | some found => some found
    | none => firstAt place ctx? rest
end

def goalTexts (ctx : ContextInfo) : List MVarId → IO (List Json)
  | [] => return []
  | goal :: goals => do
    let text ← ctx.ppGoals [goal]
    return Json.str text.pretty :: (← goalTexts ctx goals)

/-- A `by` block with one more tactic. -/
def followedBy (body tactic : Syntax) : Syntax :=
  let block := body[1][0]
  let place := if block.isOfKind ``Parser.Tactic.tacticSeqBracketed then 1 else 0
  let tactics := block[place].getArgs  -- with a separator behind each, which the last one may lack
  let tactics := if tactics.size % 2 == 1 then tactics.push mkNullNode else tactics
  body.setArg 1 (body[1].setArg 0 (block.setArg place (mkNullNode (tactics.push tactic))))

def goals (session : Session) (known : Known) (statement beginning : String) (heartbeats : Nat) : IO Json := do
  let before := asked statement beginning ++ "\n"
  let text := before ++ "by all_goals sorry"
  match parseProof session.base text ⟨before.utf8ByteSize⟩ with
  | .error why => return reply "failed" why
  | .ok ending =>
    let last := ending[1][0][0][0]
    let body : Except Json Syntax := if beginning.trimAscii.toString.isEmpty then .ok ending else
      match candidate session statement beginning with
      | .ok body => .ok (followedBy body last)
      | .error answer => .error answer
    match body with
    | .error answer => return answer
    | .ok body =>
      let base := { session.base with infoState := { session.base.infoState with enabled := true, trees := {} } }
      let st ← elaborate base (known.withProof body) text heartbeats
      if let some answer ← failure? st then return answer
      match firstAt (last.getPos?.getD 0) none (trees st.infoState.trees) with
      | some (ctx, tactic) =>
        let open' ← goalTexts { ctx with mctx := tactic.mctxBefore } tactic.goalsBefore
        return reply "goals" "" [("goals", Json.arr (open'.foldl (fun out goal => out.push goal) #[]))]
      | none => return reply "failed" "its end was not reached"

/-- Gate 2: terms from another process, judged by the kernel and the axiom walk alone. -/
def certify (session : Session) (known : Known) (terms : Json) (heartbeats : Nat) : Json :=
  let read : Except String (Array Expr × List Json) := do
    return (← readNodes (← elements (← terms.getObjVal? "nodes")) #[], ← elements (← terms.getObjVal? "declarations"))
  match read with
  | .error why => reply "failed" ("the export cannot be read: " ++ why)
  | .ok (nodes, declarations) =>
    match addAll nodes heartbeats declarations session.base.env with
    | .error (outcome, why) => reply outcome why
    | .ok env =>
      match env.find? known.name with
      | some (.thmInfo info) =>
        let w := walk session.base.env env known.name {}
        let axioms := ("axioms", namesJson (upside w.axioms []))
        if !sameTerm info.type known.type || info.levelParams != known.levels then
          reply "failed" "it proves something else than the statement"
        else match keep (fun a => !allowedAxioms.contains a) w.axioms with
          | a :: _ => reply "failed" ("it rests on the axiom " ++ a.toString) [axioms]
          | [] => reply "proved" "" [axioms]
      | _ => reply "failed" "it holds no theorem of that name"

/-- The commands of a file, parsed and not run: every theorem in its parts, everything else by kind. -/
partial def split (st : Command.State) (text : String) : IO Json := do
  let input := inputContext text
  let ctx := parserContext st
  let (_, start, _) ← Parser.parseHeader input
  let rec go (state : Parser.ModuleParserState) (out : Array Json) : Array Json :=
    let (stx, next, messages) := Parser.parseCommand input ctx state {}
    let line := Json.num ((stx.getPos?.map fun p => (input.fileMap.toPosition p).line).getD 0)
    if hasErrors messages.toList then
      let at' := match messages.toList with
        | m :: _ => Json.num m.pos.line
        | [] => line
      out.push (Json.mkObj [("kind", Json.str "error"), ("line", at'), ("text", Json.str "does not parse")])
    else if stx.isOfKind ``Parser.Command.eoi then out
    else
      let piece (start stop : Option String.Pos.Raw) : Json :=
        Json.str ((Substring.Raw.mk text (start.getD 0) (stop.getD 0)).toString)
      let item := match theoremParts stx with
        | some (declId, value) =>
          Json.mkObj [("kind", Json.str "theorem"), ("line", line), ("name", Json.str declId[0].getId.toString),
            ("statement", piece stx[1].getPos? value[0].getPos?),
            ("by", Json.bool (value[1].isOfKind ``Parser.Term.byTactic)),
            ("value", piece value[1].getPos? value[1].getTailPos?)]
        | none => Json.mkObj [("kind", Json.str "other"), ("line", line), ("text", piece stx.getPos? stx.getTailPos?)]
      if Parser.isTerminalCommand stx then out.push item  -- `#exit`, a second header: what follows is not read
      else go next (out.push item)
  return Json.arr (go start #[])

/-- The answer, and Lean's count of work from which its heartbeats are told. A statement's own elaboration, which the
first proof of a group alone pays for, counts for no proof: equal questions cost the same, within a thousandth (tables
of `grind` and `simp` are ordered by addresses). -/
def answer (session : Session) (request : Json) (began : Nat) : IO (Session × Nat × Json) := do
  let field (name : String) : String := match request.getObjValAs? String name with | .ok s => s | .error _ => ""
  let heartbeats := match request.getObjValAs? Nat "heartbeats" with | .ok n => n | .error _ => 200000
  let statement := field "statement"
  match field "op" with
  | "split" => return (session, began, Json.mkObj [("items", ← split session.base (field "text"))])
  | op =>
    let (session, known) ← recall (session.allow (field "words")) statement
    match known with
    | .error e => return (session, began, e)
    | .ok known =>
      let began' ← IO.getNumHeartbeats
      let terms := match request.getObjVal? "export" with | .ok json => json | .error _ => Json.null
      match op with
      | "check" => return (session, began', ← check session known statement (field "proof") heartbeats (terms matches .bool true))
      | "goals" => return (session, began', ← goals session known statement (field "proof") heartbeats)
      | "certify" => return (session, began', certify session known terms heartbeats)
      | _ => return (session, began, reply "elaborates" "" [("canonical", keys 0 #[] known.type)])

partial def loop (session : Session) (stdin : IO.FS.Stream) : IO Unit := do
  let line ← stdin.getLine
  if line.isEmpty then return
  let request := match Json.parse line with | .ok json => json | .error _ => Json.null
  let id := match request.getObjValAs? String "id" with | .ok s => s | .error _ => ""
  let started ← IO.monoMsNow
  let work ← IO.getNumHeartbeats
  let (session, work, result) ← try answer session request work
    catch e => pure (session, work, reply "failed" "Lean raised an error" [("messages", Json.arr #[Json.mkObj
      [("severity", Json.str "error"), ("line", Json.num 0), ("column", Json.num 0), ("text", Json.str (toString e))]])])
  let cost := Json.mkObj [("ms", Json.num ((← IO.monoMsNow) - started : Nat)),
    ("heartbeats", Json.num (((← IO.getNumHeartbeats) - work) / 1000 : Nat))]
  IO.println (id ++ " " ++ (result.mergeObj cost).compress)
  (← IO.getStdout).flush
  loop session stdin

/-! ## The start -/

/-- Imports the modules and runs the header file: the state in which every check begins. -/
public def start (header : String) (modules : List String) : IO Command.State := do
  let imports := modules.foldl (fun out m => out.push { module := m.toName : Import }) #[]
  let env ← importModules imports {} (loadExts := true)
  runTrusted (Command.mkState env {} {}) (← IO.FS.readFile header)

public def serve (base : Command.State) : IO Unit := do
  IO.println ("ready " ++ Lean.versionString)
  (← IO.getStdout).flush
  loop { base, known := [] } (← IO.getStdin)

end Antiphon
