import type { VolumeType } from '../../api/volume.ts';
import { createOnce, deleteOnce, needed, oneNamed } from './named.ts';
import { differing, objectKind, objectResource } from './object.ts';

interface VolumeTypeKey {
  readonly name: string;
}

export interface DesiredVolumeType extends VolumeTypeKey {
  readonly description?: string;
  readonly public?: boolean;
  /** Only these keys are compared: `volume_backend_name`. */
  readonly extraSpecs: Readonly<Record<string, string>>;
}

function fieldDifferences(desired: DesiredVolumeType, found: VolumeType): readonly string[] {
  return differing({
    description: [found.description ?? '', desired.description],
    public: [found.is_public, desired.public],
  });
}

function specDifferences(desired: DesiredVolumeType, found: VolumeType): readonly string[] {
  const pairs = Object.entries(desired.extraSpecs).map(
    ([key, value]) => [key, [found.extra_specs?.[key], value]] as const,
  );
  return differing(Object.fromEntries(pairs));
}

function fieldsOf(desired: DesiredVolumeType) {
  return {
    name: desired.name,
    ...(desired.description !== undefined && { description: desired.description }),
  };
}

export const volumeType = objectResource(
  objectKind<VolumeTypeKey, DesiredVolumeType, readonly VolumeType[], VolumeType>({
    kind: 'volume-type',
    keys: ['name'],
    title: (key) => `volume type ${key.name}`,
    directory: (api) => api.volume.types(),
    find: (types, key) => oneNamed(types, key.name, 'volume type'),
    differences: (desired, found) => [
      ...fieldDifferences(desired, found),
      ...specDifferences(desired, found),
    ],
    async create(api, desired) {
      const access =
        desired.public === undefined ? {} : { 'os-volume-type-access:is_public': desired.public };
      await createOnce(() =>
        api.volume.createType({ ...fieldsOf(desired), ...access, extra_specs: desired.extraSpecs }),
      );
      const found = oneNamed(await api.volume.types(), desired.name, 'volume type');
      const type = needed(found, 'volume type', desired.name, 'itself');
      // It may have been there already, with other properties.
      if (specDifferences(desired, type).length > 0)
        await api.volume.setExtraSpecs(type.id, desired.extraSpecs);
    },
    async update(api, desired, found) {
      if (fieldDifferences(desired, found).length > 0) {
        const access = desired.public === undefined ? {} : { is_public: desired.public };
        await api.volume.updateType(found.id, { ...fieldsOf(desired), ...access });
      }
      if (specDifferences(desired, found).length > 0)
        await api.volume.setExtraSpecs(found.id, desired.extraSpecs);
    },
    // Cinder itself refuses to delete a type that volumes have.
    remove: (api, found) => deleteOnce(() => api.request('volume', 'DELETE', `/types/${found.id}`)),
    outputs: (found) => ({ id: found.id }),
  }),
  (key) => key.name,
);
