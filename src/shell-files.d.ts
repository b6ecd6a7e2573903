/** A shell program, bundled as text. Its contract is at `shellProgram` in resources/program.ts. */
declare module '*.sh' {
  const script: string;
  export default script;
}
