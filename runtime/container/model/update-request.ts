import { z } from 'zod';

import { resourceFields, restartPolicySchema } from './host-config.ts';

/** What `POST /containers/{id}/update` takes (Docker Engine API 1.51): fields that are not there stay as they are. */
export const updateRequestSchema = z.object({
  ...resourceFields,
  RestartPolicy: restartPolicySchema,
});

/** A parsed change of limits and restart policy. */
export type UpdateRequest = Readonly<z.infer<typeof updateRequestSchema>>;
