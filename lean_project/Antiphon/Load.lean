module

public import Lean.Elab.Frontend
public import Lean.Data.Json.Parser
public import Lean.Data.Json.Printer
public meta import Lean.Elab.Command
public meta import Lean.Compiler.IR.CompilerM

/-!
Runs `Main.lean` from its compiled code: the declarations, `main` among them, are read from the `.ir` files
that the installation made. Elaborating the sources anew would take half the time of a start; importing them
does not do, because the embedded Lean imports signatures without code.
-/

open Lean Elab Command

meta unsafe def code : List (Name × Array EnvExtensionEntry) → Array IR.Decl
  | [] => #[]
  | (name, entries) :: rest => if name == `Lean.IR.declMapExt then unsafeCast entries else code rest

meta unsafe def addCode (env : Environment) : List System.FilePath → IO Environment
  | [] => pure env
  | file :: rest => do
    let (data, _) ← readModuleData file
    let state ← IO.mkRef ({ env } : Core.State)
    match ← ((IR.addDecls (code data.entries.toList)) { fileName := "", fileMap := default } state).toIO' with
    | .ok _ => addCode (← state.get).env rest
    | .error _ => throw (IO.userError "no code")

run_cmd unsafe do
  setEnv (← addCode (← getEnv) ["/loop/Antiphon/Repl.ir", "/loop/Antiphon/CommunityRepl.ir", "/loop/Antiphon/Main.ir"])
