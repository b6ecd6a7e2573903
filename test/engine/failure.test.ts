import { describe, expect, it } from 'vitest';
import { PACKAGES_FAILED, SERVICE_NOT_STARTED } from '../../src/engine/exitCodes.ts';
import { changeFailure } from '../../src/engine/failure.ts';

const change = {
  host: 'control1',
  resource: 'control1/file:/etc/motd',
  summary: 'write it',
  step: 'preflight',
};
const failure = (exitCode: number, stderr: string) => changeFailure(change, { exitCode, stdout: '', stderr });

describe('the cause of a failed change', () => {
  it('is the mirror, with the answer that stands below its Err line', () => {
    const problem = failure(
      PACKAGES_FAILED,
      [
        'W: Target Packages is configured multiple times',
        'Err:3 http://mirror.example/nowhere trixie Release',
        '  404  Not Found [IP: 192.0.2.1 3142]',
        'Err:4 http://mirror.example/nowhere trixie-updates Release',
        '  404  Not Found [IP: 192.0.2.1 3142]',
      ].join('\n'),
    );
    expect(problem.code).toBe('HOST_MIRROR_FAILED');
    expect(problem.evidence?.split('\n')).toEqual([
      'Err:3 http://mirror.example/nowhere trixie Release',
      '  404  Not Found [IP: 192.0.2.1 3142]',
      'Err:4 http://mirror.example/nowhere trixie-updates Release',
    ]);
  });

  it('is a full disk whatever else was said', () => {
    expect(failure(1, 'cat: write error: No space left on device\nErr:3 x\n').code).toBe('HOST_DISK_FULL');
  });

  it('is the service where the change says so', () => {
    const problem = failure(SERVICE_NOT_STARTED, 'failed to listen: Address already in use');
    expect(problem).toMatchObject({
      code: 'SERVICE_NOT_STARTED',
      evidence: 'failed to listen: Address already in use',
    });
  });

  it('is not the mirror where the change has another cause', () => {
    expect(failure(1, 'Err:3 http://mirror.example').code).toBe('RESOURCE_FAILED');
  });

  it('is not known otherwise', () => {
    expect(failure(3, 'answered 404 of 500 requests').code).toBe('RESOURCE_FAILED');
  });
});
