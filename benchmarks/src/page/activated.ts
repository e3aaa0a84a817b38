/** Resolves when the registration's worker is active. */
export function activated({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting ?? active;
  if (!worker) throw new Error('The service worker is gone');
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('The service worker failed to install'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}
