import { BerthError } from '../../errors/berth-error.ts';

/** A CONFIG_CHANGE_INVALID error. `why` is in the words that clients of Docker know. */
export function changeError(why: string, change: string): BerthError {
  return new BerthError('CONFIG_CHANGE_INVALID', {
    message: why,
    remedy:
      'Give changes as in a Dockerfile, such as "CMD [\\"/bin/sh\\"]"; CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR can be used.',
    details: { change },
  });
}
