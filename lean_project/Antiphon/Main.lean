module

public import Antiphon.CommunityRepl

/-- `[community] HEADER MODULE…`: our own protocol, or the community REPL's. -/
public def main : List String → IO Unit
  | "community" :: header :: modules => do Antiphon.Community.serve (← Antiphon.start header modules)
  | header :: modules => do Antiphon.serve (← Antiphon.start header modules)
  | [] => throw (IO.userError "usage: [community] HEADER MODULE…")
