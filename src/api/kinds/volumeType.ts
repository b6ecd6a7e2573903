import { type ApiKind, apiResource, type Resource, type ResourceOptions } from '../../engine/resource.ts';
import type { Client } from '../client.ts';
import type { VolumeType } from '../volume.ts';
import { createOnce, needed, oneNamed } from './named.ts';

export interface DesiredVolumeType {
  readonly name: string;
  readonly description?: string;
  /** Only these keys are looked after: `volume_backend_name`. */
  readonly extraSpecs: Readonly<Record<string, string>>;
}

function specDifferences(desired: DesiredVolumeType, state: VolumeType): readonly string[] {
  return Object.entries(desired.extraSpecs)
    .filter(([key, value]) => state.extra_specs?.[key] !== value)
    .map(([key, value]) => `${key} is ${state.extra_specs?.[key] ?? 'not set'}, not ${value}`);
}

function descriptionDiffers(desired: DesiredVolumeType, state: VolumeType): boolean {
  return desired.description !== undefined && desired.description !== (state.description ?? '');
}

const volumeTypeKind: ApiKind<DesiredVolumeType, VolumeType | undefined, Client> = {
  via: 'api',
  name: 'volume-type',
  async read(api, items) {
    const types = await api.volume.types();
    return items.map((item) => oneNamed(types, item.name, 'volume type'));
  },
  compare(desired, state) {
    if (!state) return { summary: `create volume type ${desired.name}` };
    const found = [...specDifferences(desired, state)];
    if (descriptionDiffers(desired, state)) found.push('its description differs');
    return found.length > 0
      ? { summary: `mend volume type ${desired.name}: ${found.join(', ')}` }
      : undefined;
  },
  async change(api, desired) {
    const fields = {
      name: desired.name,
      ...(desired.description !== undefined && { description: desired.description }),
    };
    const find = async () => oneNamed(await api.volume.types(), desired.name, 'volume type');
    let present = await find();
    if (!present) {
      await createOnce(() => api.volume.createType({ ...fields, extra_specs: desired.extraSpecs }));
      present = await find();
    }
    const type = needed(present, 'volume type', desired.name, 'itself');
    if (descriptionDiffers(desired, type)) await api.volume.updateType(type.id, fields);
    if (specDifferences(desired, type).length > 0)
      await api.volume.setExtraSpecs(type.id, desired.extraSpecs);
  },
};

export function volumeType(desired: DesiredVolumeType, options?: ResourceOptions): Resource {
  return apiResource(volumeTypeKind, desired.name, desired, options);
}
