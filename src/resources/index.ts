export { aptSources } from './aptSources.ts';
export { command } from './command.ts';
export { diversion } from './diversion.ts';
export { file } from './file.ts';
export { hostsEntries } from './hostsEntries.ts';
export {
  type IniOrigins,
  MANAGED,
  renderIni,
} from './ini.ts';
export { mysqlDatabase } from './mysqlDatabase.ts';
export { mysqlSocketUser, mysqlUser } from './mysqlUser.ts';
export { packages } from './packages.ts';
export { absent, directory, link } from './paths.ts';
export { shellProgram } from './program.ts';
export { sandbox } from './sandbox.ts';
export { service } from './service.ts';
export { STATE_DIRECTORY } from './shell.ts';
export { sysctl } from './sysctl.ts';
export { startUnitScript } from './unit.ts';
