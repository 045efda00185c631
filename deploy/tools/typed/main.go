// Typed reads manifests from standard input as the controllers themselves would: into the Go types of their APIs,
// refusing fields that these do not have. Kinds of Kubernetes itself are left to their schemas.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	rollouts "github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	secrets "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	networking "istio.io/client-go/pkg/apis/networking/v1"
	security "istio.io/client-go/pkg/apis/security/v1"
	autoscaling "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
)

var kinds = map[string]func() any{
	"argoproj.io/v1alpha1/Rollout":                func() any { return new(rollouts.Rollout) },
	"argoproj.io/v1alpha1/AnalysisTemplate":       func() any { return new(rollouts.AnalysisTemplate) },
	"external-secrets.io/v1/ExternalSecret":       func() any { return new(secrets.ExternalSecret) },
	"monitoring.coreos.com/v1/ServiceMonitor":     func() any { return new(monitoring.ServiceMonitor) },
	"monitoring.coreos.com/v1/PrometheusRule":     func() any { return new(monitoring.PrometheusRule) },
	"networking.istio.io/v1/Gateway":              func() any { return new(networking.Gateway) },
	"networking.istio.io/v1/VirtualService":       func() any { return new(networking.VirtualService) },
	"networking.istio.io/v1/DestinationRule":      func() any { return new(networking.DestinationRule) },
	"security.istio.io/v1/PeerAuthentication":     func() any { return new(security.PeerAuthentication) },
	"security.istio.io/v1/AuthorizationPolicy":    func() any { return new(security.AuthorizationPolicy) },
	"security.istio.io/v1/RequestAuthentication":  func() any { return new(security.RequestAuthentication) },
	"autoscaling.k8s.io/v1/VerticalPodAutoscaler": func() any { return new(autoscaling.VerticalPodAutoscaler) },
}

// main takes a JSON array of manifests and prints `KIND read` or `KIND unknown` for each; a fault ends it with code 1.
func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var manifests []json.RawMessage
	if err := json.NewDecoder(in).Decode(&manifests); err != nil {
		return err
	}
	for _, manifest := range manifests {
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Metadata   struct {
				Name string `json:"name"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(manifest, &head); err != nil {
			return err
		}
		kind := head.APIVersion + "/" + head.Kind
		made, ok := kinds[kind]
		if !ok {
			fmt.Fprintf(out, "%s unknown\n", kind)
			continue
		}
		object := made()
		decoder := json.NewDecoder(bytes.NewReader(manifest))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(object); err != nil {
			return fmt.Errorf("%s %s: %w", kind, head.Metadata.Name, err)
		}
		if err := kept(manifest, object); err != nil {
			return fmt.Errorf("%s %s: %w", kind, head.Metadata.Name, err)
		}
		fmt.Fprintf(out, "%s read\n", kind)
	}
	return nil
}

// kept tells whether what was given is still there when the object is written again: Istio's types swallow fields that
// they don't know.
func kept(given json.RawMessage, object any) error {
	written, err := json.Marshal(object)
	if err != nil {
		return err
	}
	var before, after any
	if err := json.Unmarshal(given, &before); err != nil {
		return err
	}
	if err := json.Unmarshal(written, &after); err != nil {
		return err
	}
	return lost("", before, after)
}

func lost(path string, before, after any) error {
	switch before := before.(type) {
	case map[string]any:
		after, ok := after.(map[string]any)
		if !ok && !zero(before) {
			return fmt.Errorf("%s is not what the API has there", path)
		}
		for key, value := range before {
			found, ok := after[key]
			if !ok && !zero(value) {
				return fmt.Errorf("%s.%s is no field", path, key)
			}
			if ok {
				if err := lost(path+"."+key, value, found); err != nil {
					return err
				}
			}
		}
	case []any:
		after, ok := after.([]any)
		if !ok || len(after) != len(before) {
			return fmt.Errorf("%s is not what the API has there", path)
		}
		for at, value := range before {
			if err := lost(fmt.Sprintf("%s[%d]", path, at), value, after[at]); err != nil {
				return err
			}
		}
	}
	return nil
}

// zero values are left out when an object is written.
func zero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case bool:
		return !value
	case float64:
		return value == 0
	case string:
		// The first value of an enumeration is one too.
		return value == "" || value == "ALLOW"
	case map[string]any:
		return len(value) == 0
	case []any:
		return len(value) == 0
	}
	return false
}
